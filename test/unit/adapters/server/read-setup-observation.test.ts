import { expect, test } from 'vitest'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import {
  parseSetupObservation,
  readSetupObservation,
} from '../../../../src/adapters/server/read-setup-observation.ts'
import { fakeSetupObservation } from '../../../support/fake-setup-observation.ts'

/** As the script printed it on a new Debian 13, and on an Ubuntu with Docker. */
const bare = `
@@dray distribution
debian
13
trixie
Debian GNU/Linux 13 (trixie)

@@dray user
deploy
deploy
1000
yes

@@dray groups
deploy sudo

@@dray packages

@@dray enabled

@@dray directory
missing

@@dray repository
Get:1 https://download.docker.com/linux/debian/dists/trixie/Release [30.6 kB]

0
`
const ready = `
@@dray distribution
ubuntu
24.04
noble
Ubuntu 24.04.3 LTS

@@dray user
root
root
0
yes

@@dray groups
root docker

@@dray packages
docker-ce ii 
docker.io rc 

@@dray docker

@@dray compose
2.40.3

@@dray containers
0123456789ab
ba9876543210

@@dray enabled
disabled

@@dray daemon-config
{ "log-driver": "local" }

@@dray directory
writable

@@dray env-file
`

test('reads the state of a new server', () => {
  expect(parseSetupObservation(bare, 'deploy@a')).toEqual(fakeSetupObservation())
})

test('reads the state of a server with Docker', () => {
  expect(parseSetupObservation(ready, 'root@b')).toMatchObject({
    user: { isRoot: true, isInDockerGroup: true, canBecomeRoot: true },
    docker: {
      hasCommand: true,
      enginePackage: 'docker-ce',
      composeVersion: '2.40.3',
      isRunning: true,
      isEnabled: false,
      runningContainers: 2,
    },
    dockerRepository: undefined,
    daemonConfig: '{ "log-driver": "local" }',
    directory: 'writable',
    hasEnvFile: true,
  })
})

test.each([
  [
    'Err:1 x\nE: Failed to fetch https://x  404  Not Found\n\n100',
    'Failed to fetch https://x  404  Not Found',
  ],
  ['Err:1 x\n  Could not resolve x\nE: Download Failed\n\n100', 'Could not resolve x'],
  ['\n124', 'download.docker.com does not answer'],
])("reports why Docker's repository cannot be used", (printed, reason) => {
  const text = bare.replace(/Get:1[^]*$/, printed)
  expect(parseSetupObservation(text, 'a').dockerRepository).toEqual({ isReachable: false, reason })
})

test('asks a machine, and changes nothing there', async () => {
  await using runner = new LocalRunner()
  const state = await readSetupObservation(runner, '/srv/not-there/at/all', new AbortController().signal)
  expect(state).toMatchObject({ host: 'local', directory: 'missing', hasEnvFile: false })
  expect(state.distribution.id).not.toBe('')
})
