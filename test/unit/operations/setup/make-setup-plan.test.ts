import { describe, expect, test } from 'vitest'
import { actionTitle } from '../../../../src/operations/setup/action-title.ts'
import { makeSetupPlan } from '../../../../src/operations/setup/make-setup-plan.ts'
import type { SetupObservation } from '../../../../src/operations/setup/setup-observation.ts'
import { fakeReadyServer, fakeSetupObservation } from '../../../support/fake-setup-observation.ts'

const wanted = { environment: 'test', path: '/srv/shop', envFile: { text: 'A=\n', keysToFill: ['A'] } }
const planOf = (state: SetupObservation) => makeSetupPlan(state, wanted)
/** Title and cause of each action, then what remains. */
function told(state: SetupObservation): string[] {
  const { actions, remaining } = planOf(state)
  return [
    ...actions.map((action) => `${actionTitle(action)}: ${action.cause}`),
    ...remaining.map((it) => `remaining: ${it}`),
  ]
}
const { user, docker, distribution } = fakeSetupObservation()
const ready = fakeReadyServer()
const unreachable = { isReachable: false, reason: 'no address' } as const

test('a new server, with the packages that Docker recommends', () => {
  expect(told(fakeSetupObservation())).toMatchInlineSnapshot(`
    [
      "Write /etc/docker/daemon.json: log size limits: container logs have no size limit",
      "Add Docker's apt repository for debian trixie: Docker recommends its own packages",
      "Install docker-ce, docker-ce-cli, containerd.io, docker-buildx-plugin, docker-compose-plugin: Docker is missing",
      "Enable and start Docker: Docker must run, now and after a reboot",
      "Add deploy to the group docker: deploy cannot use Docker yet; members of the group have root's rights on the server",
      "Create /srv/shop for deploy: it does not exist",
      "Write /srv/shop/.env, mode 600: a deploy is refused without it",
      "remaining: Set A on deploy@a: \`dray env test set A\`.",
    ]
  `)
})

test('one that cannot reach them, with the packages of its distribution', () => {
  const debian = told(fakeSetupObservation({ dockerRepository: unreachable }))
  expect(debian[1]).toBe(
    "Install docker.io, docker-cli, docker-compose: Docker is missing; these are the packages of Debian GNU/Linux 13 (trixie), since Docker's repository cannot be used: no address",
  )
  const ubuntu = { id: 'ubuntu', version: '24.04', codename: 'noble', name: 'Ubuntu 24.04' }
  expect(told(fakeSetupObservation({ dockerRepository: unreachable, distribution: ubuntu }))[1]).toContain(
    'Install docker.io, docker-compose-v2:',
  )
})

test('a server that is ready gets no action, and its user need not become root', () => {
  expect(planOf(ready)).toEqual({ host: 'deploy@a', actions: [], remaining: [] })
})

test('.env alone needs no root', () => {
  expect(told({ ...ready, hasEnvFile: false })).toEqual([
    'Write /srv/shop/.env, mode 600: a deploy is refused without it',
    'remaining: Set A on deploy@a: `dray env test set A`.',
  ])
})

test('root needs no group', () => {
  const root = { ...user, name: 'root', isRoot: true }
  expect(told(fakeSetupObservation({ user: root })).join('\n')).not.toContain('the group docker')
})

describe('an Engine that is there', () => {
  const root = { ...ready, user: { ...ready.user, canBecomeRoot: true } }

  test.each<[string, SetupObservation['docker'], string]>([
    ['is started', { ...ready.docker, isRunning: false }, 'Enable and start Docker: Docker must run'],
    [
      'is enabled',
      { ...ready.docker, isEnabled: false },
      'Enable and start Docker: Docker does not start at',
    ],
    [
      "gets Docker's Compose",
      { ...ready.docker, composeVersion: undefined },
      'Install docker-compose-plugin: ',
    ],
    [
      "gets the distribution's Compose",
      { ...ready.docker, composeVersion: undefined, enginePackage: 'docker.io' },
      'Install docker-compose: Compose 2 is missing',
    ],
  ])('%s', (_, facts, says) => {
    expect(told({ ...root, docker: facts })).toEqual([expect.stringContaining(says)])
  })

  test('is restarted for its configuration only when no container is running', () => {
    expect(
      told({ ...root, daemonConfig: undefined, docker: { ...ready.docker, runningContainers: 0 } }),
    ).toEqual([
      'Write /etc/docker/daemon.json: log size limits: container logs have no size limit',
      'Restart Docker: to apply its configuration; no container is running',
    ])
    expect(told({ ...root, daemonConfig: '{}' })).toEqual([
      'Extend /etc/docker/daemon.json: log size limits: container logs have no size limit',
      expect.stringMatching(
        /^remaining: 2 containers are running on deploy@a, so Docker was not restarted\..*`sudo systemctl/,
      ),
    ])
  })
})

describe("the app's directory", () => {
  test('is given to the user where it is empty', () => {
    expect(told({ ...fakeSetupObservation(), directory: 'empty' }).join('\n')).toContain(
      'it is empty, and deploy cannot',
    )
  })

  test('is kept where it contains files', () => {
    const { actions, remaining } = planOf({ ...ready, directory: 'foreign', hasEnvFile: false })
    expect(actions).toEqual([])
    expect(remaining).toEqual([expect.stringContaining('`sudo chown -R deploy /srv/shop`')])
  })
})

describe('refused is', () => {
  test.each<[string, SetupObservation, string, RegExp]>([
    [
      'a user who cannot become root',
      fakeSetupObservation({ user: { ...user, canBecomeRoot: false } }),
      'SETUP_NEEDS_ROOT',
      /^deploy on deploy@a cannot become root/,
    ],
    [
      'another distribution',
      fakeSetupObservation({ distribution: { ...distribution, id: 'alpine', name: 'Alpine Linux' } }),
      'SETUP_UNSUPPORTED',
      /runs Alpine Linux/,
    ],
    [
      'a distribution without Compose 2',
      fakeSetupObservation({
        distribution: { ...distribution, version: '12', name: 'Debian 12' },
        dockerRepository: unreachable,
      }),
      'SETUP_UNSUPPORTED',
      /Debian 12 on deploy@a has no Compose 2 package.*: no address\.$/,
    ],
    [
      'an Engine that is not from a package, without Compose',
      fakeSetupObservation({ docker: { ...docker, hasCommand: true } }),
      'SETUP_UNSUPPORTED',
      /no matching Compose 2 package/,
    ],
  ])('%s', (_, state, code, message) => {
    const failure = { code, exitCode: 3, message: expect.stringMatching(message) as string }
    expect(() => planOf(state)).toThrow(expect.objectContaining(failure))
  })
})
