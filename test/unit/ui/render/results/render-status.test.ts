import { expect, test } from 'vitest'
import { failureFrom } from '../../../../../src/deploy/execute/failure.ts'
import type { Release } from '../../../../../src/deploy/model/release.ts'
import { DrayError } from '../../../../../src/errors/dray-error.ts'
import { makeStatus, unknownEnvironment } from '../../../../../src/operations/status/make-status.ts'
import type { SeenStack } from '../../../../../src/operations/status/status-observation.ts'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { renderStatusDetails } from '../../../../../src/ui/render/results/render-status-details.ts'
import { renderStatus } from '../../../../../src/ui/render/results/render-status.ts'
import {
  fakeRelease,
  fakeStatusObservation,
  fakeSeen,
  OBSERVED_AT_MS,
} from '../../../../support/fake-status-observation.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../../support/fake-stack.ts'

const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false, columns: 110 })
const path = '/srv/shop'
const failure = (message: string, hint: string) => ({
  code: 'HOST_UNREACHABLE',
  title: '',
  message,
  hint,
  exitCode: 3,
  details: {},
})

const test1 = makeStatus({
  environment: 'test',
  path,
  hosts: [{ host: 'deploy@test', observation: fakeStatusObservation() }],
})
const production = makeStatus({
  environment: 'production',
  path,
  hosts: [
    {
      host: 'deploy@a.example.com',
      observation: fakeStatusObservation({
        containers: [
          fakeSeen('backend-1', {
            health: 'unhealthy',
            restartCount: 3,
            startedAtMs: OBSERVED_AT_MS - 90_000,
          }),
          fakeSeen('backend-2'),
          fakeSeen('web-1', { imageName: 'nginx:1.25', health: 'none' }),
        ],
      }),
    },
    {
      host: 'deploy@b.example.com',
      failure: failure(
        'deploy@b.example.com does not answer over SSH.',
        'Try `ssh deploy@b.example.com true`.',
      ),
    },
  ],
})
const staging = makeStatus({
  environment: 'staging',
  path,
  hosts: [
    {
      host: 'deploy@staging',
      observation: fakeStatusObservation({
        lock: { holder: { user: 'mona', machine: 'ci', sinceMs: OBSERVED_AT_MS - 5_000 } },
      }),
    },
  ],
})
const fresh = makeStatus({
  environment: 'fresh',
  path,
  hosts: [{ host: 'local', observation: { ...fakeStatusObservation(), release: undefined, containers: [] } }],
})
const broken = unknownEnvironment('broken', failure('There is no compose file.', 'Create one.'))

test('shows all environments side by side, with problems below', () => {
  expect(renderStatus([test1, production, staging, fresh, broken], style)).toMatchInlineSnapshot(`
    "   environment  host                  state             release  tag   age  by    running  disk
    ✓  test         deploy@test           ok                r7       v1   36 h  anna      3/3  63 %
    ✗  production   deploy@a.example.com  unhealthy         r7       v1   36 h  anna      3/3  63 %
    ✗               deploy@b.example.com  unknown
    ·  staging      deploy@staging        deploying         r7       v1   36 h  anna      3/3  63 %
    ·  fresh        local                 nothing deployed                                     63 %
    ✗  broken                             unknown

    ▲ production on deploy@a.example.com: backend fails its health check.
    ▲ production on deploy@a.example.com: shop-web-1 runs nginx:1.25, not the released image.
      → \`dray deploy production --tag v1\` restores it.
    ▲ production on deploy@b.example.com: deploy@b.example.com does not answer over SSH.
      → Try \`ssh deploy@b.example.com true\`.
    ▲ staging: mona on ci has been deploying since 2026-11-24T17:59:55Z. Drift is not checked until this ends.
    ▲ broken: There is no compose file.
      → Create one.
    "
  `)
})

test('a server that is not set up yet has nothing deployed, and a hint', () => {
  const observation = { ...fakeStatusObservation(), release: undefined, containers: [], fileSystems: [] }
  const hosts = ['a', 'b'].map((host) => ({
    host,
    observation: { ...observation, notSetUp: `There is no directory /srv/shop on ${host}.` },
  }))
  expect(renderStatus([makeStatus({ environment: 'new', path, hosts })], style)).toMatchInlineSnapshot(`
    "   environment  host  state
    ·  new          a     nothing deployed
    ·               b     nothing deployed

    ▲ new on a: There is no directory /srv/shop on a.
      → \`dray setup new\` prepares the server for the first deploy.
    ▲ new on b: There is no directory /srv/shop on b.
      → \`dray setup new\` prepares the server for the first deploy.
    "
  `)
})

test('shows the commit of a release, unless its tag is that commit', () => {
  const id = '3f2a1c9d07e8b81d40e6c2a5f4a90b7c6d5e4f30'
  const shown = (facts: Partial<Release>) =>
    makeStatus({
      ...{ environment: 'test', path },
      hosts: [{ host: 'deploy@test', observation: fakeStatusObservation({ release: fakeRelease(facts) }) }],
    })
  const changed = shown({ commit: { id, isDirty: true } })
  expect(renderStatus([changed], style)).toContain('r7       v1   3f2a1c9 + changes  36 h')
  expect(renderStatusDetails(changed, style)).toContain(
    'deployed from commit 3f2a1c9 + changes on 2026-11-23',
  )
  expect(renderStatus([shown({ commit: { id }, tag: id })], style)).toContain(`r7       ${id}  36 h`)
})

test('shows a URL that does not answer, in the table and among the details', () => {
  const urls = [
    { url: 'http://localhost/', isGood: true, status: 200 },
    { url: 'http://localhost:8080/', isGood: false, error: 'refused' },
  ]
  const status = makeStatus({
    environment: 'test',
    path,
    hosts: [{ host: 'deploy@test', observation: fakeStatusObservation({ urls }) }],
  })
  const text = renderStatus([status], style)
  expect(text).toContain('test: http://localhost:8080/ does not answer (refused).')
  expect(text).toContain('`dray logs test` shows what the app says.')
  expect(text).not.toContain('http://localhost/ ')
  expect(renderStatusDetails(status, style)).toContain(
    '  http://localhost/ answers 200\n  http://localhost:8080/ does not answer (refused)\n',
  )
})

test('shows one environment with its services and disks', () => {
  expect(renderStatusDetails(production, style)).toMatchInlineSnapshot(`
    "
    production on deploy@a.example.com: release r7 (v1), deployed on 2026-11-23 06:00 UTC by anna on laptop

      service  state    health     running  restarts  uptime  tag  digest               image
      backend  running  unhealthy      2/2         3   1 min  v1   sha256:763100000000  ghcr.io/acme/backend
      web      running  no check       1/1         0    36 h  v1   sha256:763100000000  ghcr.io/acme/web

      /  ████████████▌░░░░░░░  63 %  18.0 GB free of 50.0 GB, for Docker and the app
    "
  `)
})

test('shows the facts of a host without a deploy', () => {
  expect(renderStatusDetails(fresh, style)).toMatchInlineSnapshot(`
    "
    fresh on local: nothing deployed yet.

      /  ████████████▌░░░░░░░  63 %  18.0 GB free of 50.0 GB, for Docker and the app
    "
  `)
})

test('the output of a command that failed is shown between the message and the hint', () => {
  const failed = {
    ...failure('Reading the app failed with exit code 1.', 'Read it.'),
    details: { logTail: ['docker ps printed too much'] },
  }
  const host = makeStatus({ environment: 'test', path, hosts: [{ host: 'deploy@test', failure: failed }] })
  expect(renderStatus([host], style)).toContain(
    'exit code 1.\n  │ docker ps printed too much\n  → Read it.\n',
  )
})

test('an outage during a deploy is not hidden by it', () => {
  const down = makeStatus({
    environment: 'test',
    path,
    hosts: [
      {
        host: 'deploy@test',
        observation: fakeStatusObservation({
          containers: [fakeSeen('backend-1'), fakeSeen('backend-2')],
          lock: { holder: { user: 'mona', machine: 'ci', sinceMs: OBSERVED_AT_MS } },
        }),
      },
    ],
  })
  const [heading = '', row = '', , ...problems] = renderStatus([down], style).split('\n')
  expect(heading).toContain('state')
  expect(row).toMatch(/✗ +test +deploy@test +unhealthy, deploying +r7/)
  expect(problems.join('\n')).toContain('test: No container of web runs.')
})

const swarmNode = (name: string, more: object = {}) => ({ ...fakeNode, id: name, name, ...more })
const swarmNodes = [
  swarmNode('m1', { role: 'manager', manager: { isLeader: true, isReachable: true } }),
  swarmNode('w1', { state: 'down' }),
  swarmNode('w2', { availability: 'drain' }),
]

function stackStatus(stack: SeenStack) {
  const observation = fakeStatusObservation({
    release: fakeRelease({ nodes: { m1: 'm1', w1: 'w1', w2: 'w2' } }),
    containers: [],
    stack,
  })
  return makeStatus({ environment: 'live', path, hosts: [{ host: 'm1', observation }] })
}

test('shows the nodes of a swarm, and what Swarm says of tasks that failed', () => {
  const imageOf = (name: string) => fakeRelease().services[name]?.image ?? ''
  const task = (id: string, more: object) =>
    fakeStackTask({ id, nodeId: 'm1', stateSinceMs: OBSERVED_AT_MS - 60_000, ...more })
  const ofBackend = { serviceId: 'b', image: imageOf('backend') }
  const services = [
    fakeStackService({
      id: 'b',
      service: 'backend',
      image: imageOf('backend'),
      desiredTasks: 2,
      updateState: 'paused',
      updateMessage: 'task t3 failed',
    }),
    fakeStackService({ id: 'w', service: 'web', image: imageOf('web'), hasHealthCheck: false }),
  ]
  const ended = { state: 'failed', desiredState: 'shutdown', error: 'task: non-zero exit (1)', exitCode: 1 }
  const tasks = [
    task('t1', ofBackend),
    task('t2', { ...ofBackend, nodeId: 'w1' }),
    task('t3', { ...ofBackend, ...ended }),
    task('t4', { serviceId: 'w', image: imageOf('web') }),
  ]
  const status = stackStatus({ view: { nodes: swarmNodes, services, tasks } })
  expect(renderStatus([status], style) + renderStatusDetails(status, style)).toMatchInlineSnapshot(`
    "   environment  host  state    release  tag   age  by    running  disk
    ▲  live         m1    drifted  r7       v1   36 h  anna      2/3  63 %

    ▲ live: Node w2 is drained: Swarm runs no tasks there.
      → \`docker node update --availability active w2\` on a manager ends that.
    ▲ live: Swarm paused an update of backend (task t3 failed).
      → \`dray deploy live --tag v1\` restores it.
    ▲ live: 1 of 2 tasks of backend runs: a task on node m1 exited with code 1.
      → \`docker service ps --no-trunc shop_backend\` on m1 lists its tasks, and \`docker service logs
      shop_backend\` what they said. \`dray history live\` shows the deploys.
    ▲ live: Node w1 is down.
      → Start it. If it is lost for good, run \`docker node rm --force w1\` on m1.

    live on m1: release r7 (v1), deployed on 2026-11-23 06:00 UTC by anna on laptop

      service  state                   health   running  failed  uptime  tag  digest               nodes
      backend  partial, update paused  healthy      1/2       1   1 min  v1   sha256:763100000000  m1
               ghcr.io/acme/backend
      web      running                              1/1       0   1 min  v1   sha256:763100000000  m1
               ghcr.io/acme/web

      node  role    state  availability
      m1    leader  ready  active
      w1    worker  down   active
      w2    worker  ready  drain

      failed task of  node  at                    Swarm says
      backend         m1    2026-11-24 17:59 UTC  task: non-zero exit (1)

      /  ████████████▌░░░░░░░  63 %  18.0 GB free of 50.0 GB, for Docker and the app
    "
  `)
})

test('says of a swarm without a leader what is known, and no number of tasks', () => {
  const failure = failureFrom(
    new DrayError('SWARM_NO_LEADER', 'The swarm of m1 has no leader: too few managers.'),
  )
  const status = stackStatus({ failure })
  expect(renderStatus([status], style) + renderStatusDetails(status, style)).toMatchInlineSnapshot(`
    "   environment  host  state      release  tag   age  by    disk
    ✗  live         m1    unhealthy  r7       v1   36 h  anna  63 %

    ▲ live: The swarm of m1 has no leader: too few managers.
      → More than half of the managers must run and reach each other: start those that are down. Running
      containers are not affected.

    live on m1: release r7 (v1), deployed on 2026-11-23 06:00 UTC by anna on laptop


      /  ████████████▌░░░░░░░  63 %  18.0 GB free of 50.0 GB, for Docker and the app
    "
  `)
})
