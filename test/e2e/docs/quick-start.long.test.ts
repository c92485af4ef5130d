import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readScript } from '../../support/docs/code-blocks.ts'
import { prepareImages } from '../../support/images/prepare.ts'
import { ensureBareRoot } from '../../support/net/bare-root.ts'
import { cloneDirectory } from '../../support/net/machine.ts'
import { testToken } from '../../support/net/registry.ts'
import { startTestNet, type TestNet } from '../../support/net/test-net.ts'
import type { NpmRegistry } from '../../support/npm-registry.ts'
import { startPackedRegistry } from './support/packed-registry.ts'
import { pushNode } from '../ci/support/push-node.ts'
import { setUpWorkstation, type Workstation } from './support/workstation.ts'

let net: (TestNet & AsyncDisposable) | undefined
let npm: NpmRegistry | undefined
let workstation: Workstation

beforeAll(async () => {
  // The server is a freshly installed Debian, without Docker. The Engine of the other one can export caches.
  const servers = { fresh: { bareRoot: await ensureBareRoot() }, own: { engine: 'containerd' } } as const
  net = await startTestNet({ servers })
  npm = await startPackedRegistry(net.facts.hostAddress)
  workstation = await setUpWorkstation({
    net,
    server: 'fresh',
    serverName: 'test.example.com',
    machine: 'own',
  })
  await net.registry.setTokens([testToken, 'ghp_your_token'])
  await prepareImages({ registryPushHost: net.registry.pushHost })
  await pushNode(net.registry)
}, 1_200_000)

afterAll(async () => {
  await npm?.[Symbol.asyncDispose]()
  await net?.[Symbol.asyncDispose]()
})

test('every command of the quick start works as it stands there, in an empty directory', async () => {
  const page = await readFile(join(cloneDirectory, 'docs/quick-start.md'), 'utf8')
  const script = readScript(page)
  const start = performance.now()
  const { exitCode, stdout, stderr } = await workstation.type(script, { npm_config_registry: npm?.url ?? '' })
  expect(exitCode === 0 ? '' : stdout + stderr).toBe('')
  // The page says five minutes, with the time for reading; without it, the commands took 52 s on two cores.
  expect(performance.now() - start).toBeLessThan(300_000)
  // What curl printed: after the first deploy, the second one and the rollback.
  expect(stdout.match(/^Hello.*$/gm)).toEqual(['Hello', 'Hello again', 'Hello'])
  expect(stdout.match(/^✓ .*(?:Deployed|[Rr]olled back).*$/gm) ?? stdout).toHaveLength(3)
  // The only check that fails before the first build, as the page says.
  expect(stdout + stderr).toContain('1 check failed')
})
