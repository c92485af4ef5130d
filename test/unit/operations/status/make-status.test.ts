import { describe, expect, test } from 'vitest'
import { makeStatus } from '../../../../src/operations/status/make-status.ts'
import type { StatusObservation } from '../../../../src/operations/status/status-observation.ts'
import type { KnownHost } from '../../../../src/operations/status/status.ts'
import { fakeDigest } from '../../../support/fake-app.ts'
import {
  fakeStatusObservation,
  fakeRelease,
  fakeSeen,
  OBSERVED_AT_MS,
} from '../../../support/fake-status-observation.ts'

const failure = {
  code: 'HOST_UNREACHABLE',
  title: '',
  message: 'b does not answer.',
  hint: '',
  exitCode: 3,
  details: {},
}

function statusOf(observation: StatusObservation): KnownHost {
  const hosts = [{ host: 'a', observation }]
  return makeStatus({ environment: 'test', path: '/srv/shop', hosts }).hosts[0] as KnownHost
}

function driftOf(facts: Partial<StatusObservation>): string[] {
  return statusOf(fakeStatusObservation(facts)).drift.map(
    ({ kind, message, hint }) => `${kind}: ${message} ${hint}`,
  )
}

const down = { url: 'http://localhost/', isGood: false, status: 502 }

test('a host whose containers are well is unhealthy if a URL does not answer', () => {
  expect(statusOf(fakeStatusObservation({ urls: [{ ...down, isGood: true, status: 200 }] })).verdict).toBe(
    'ok',
  )
  expect(statusOf(fakeStatusObservation({ urls: [down] }))).toMatchObject({
    verdict: 'unhealthy',
    urls: [down],
  })
})

test('an inactive service that a user started is named if it runs another image than the release has', () => {
  const cron = { profiles: ['jobs'], image: 'ghcr.io/acme/cron@sha256:new', definitionHash: 'c' }
  const withCron = (imageName: string, state: 'running' | 'exited' = 'running') => {
    const { release, containers } = fakeStatusObservation()
    const seen = { ...fakeSeen('cron-1'), service: 'cron', imageName, state }
    return { release: release && { ...release, inactive: { cron } }, containers: [...containers, seen] }
  }
  expect(driftOf(withCron('ghcr.io/acme/cron@sha256:old'))).toEqual([
    'image: cron (profile jobs) was started manually and runs ghcr.io/acme/cron@sha256:old, not the image of the release. `dray compose test up -d cron` replaces it.',
  ])
  expect(driftOf(withCron(cron.image))).toEqual([])
  expect(driftOf(withCron('ghcr.io/acme/cron@sha256:old', 'exited'))).toEqual([])
  const servicesOf = (image: string, state?: 'exited') =>
    statusOf(fakeStatusObservation(withCron(image, state))).services
  expect(servicesOf('cron:1').find(({ service }) => service === 'cron')).toMatchObject({
    state: 'running',
    running: 1,
    desired: 1,
    image: { name: 'cron:1' },
    profiles: ['jobs'],
  })
  expect(servicesOf('cron:1', 'exited').map(({ service }) => service)).toEqual(['backend', 'web'])
})

const others = [fakeSeen('backend-1'), fakeSeen('backend-2')]
const withWeb = (...web: StatusObservation['containers']) => ({ containers: [...others, ...web] })

test('a host where all is as it was released is well', () => {
  expect(statusOf(fakeStatusObservation())).toMatchInlineSnapshot(`
    {
      "drift": [],
      "fileSystems": [
        {
          "availableBytes": 18000000000,
          "holds": [
            "Docker",
            "the app",
          ],
          "mount": "/",
          "totalBytes": 50000000000,
          "usedBytes": 30000000000,
        },
      ],
      "host": "a",
      "journalBytes": 1000,
      "release": {
        "ageMs": 129600000,
        "by": {
          "machine": "laptop",
          "user": "anna",
        },
        "createdAtMs": 1795413600000,
        "id": "r7",
        "tag": "v1",
      },
      "services": [
        {
          "desired": 2,
          "health": "healthy",
          "image": {
            "digest": "sha256:7631000000000000000000000000000000000000000000000000000000000000",
            "name": "ghcr.io/acme/backend",
            "tag": "v1",
          },
          "restarts": 0,
          "running": 2,
          "service": "backend",
          "state": "running",
          "upMs": 129600000,
        },
        {
          "desired": 1,
          "health": "unchecked",
          "image": {
            "digest": "sha256:7631000000000000000000000000000000000000000000000000000000000000",
            "name": "ghcr.io/acme/web",
            "tag": "v1",
          },
          "restarts": 0,
          "running": 1,
          "service": "web",
          "state": "running",
          "upMs": 129600000,
        },
      ],
      "urls": [],
      "verdict": "ok",
    }
  `)
})

describe('drift is', () => {
  test.each<[string, Partial<StatusObservation>, string[]]>([
    [
      'a service without a container',
      withWeb(),
      ['service: web is not running: it has no container. `dray deploy test --tag v1` restores it.'],
    ],
    [
      'a service whose container was killed for memory',
      withWeb(fakeSeen('web-1', { state: 'exited', exitCode: 137, outOfMemory: true })),
      [
        'service: web is not running: container shop-web-1 exited with code 137, out of memory. `dray deploy test --tag v1` restores it.',
      ],
    ],
    [
      'another image',
      withWeb(fakeSeen('web-1', { imageName: 'nginx:1.25' })),
      ['image: shop-web-1 runs nginx:1.25, not the released image. `dray deploy test --tag v1` restores it.'],
    ],
    [
      'another configuration',
      withWeb(fakeSeen('web-1', { configHash: 'other' })),
      [
        'configuration: The configuration of shop-web-1 differs from the release. `dray deploy test --tag v1` restores it.',
      ],
    ],
    [
      'more replicas, and fewer',
      { containers: [fakeSeen('backend-1'), fakeSeen('web-1'), fakeSeen('web-2')] },
      [
        'replicas: 2 replicas of web are running, but the release has 1. `dray deploy test --tag v1` restores it.',
        'replicas: 1 replica of backend is running, but the release has 2. `dray deploy test --tag v1` restores it.',
      ],
    ],
    [
      'a container that was started by hand, in the project or in its network',
      withWeb(
        fakeSeen('web-1'),
        fakeSeen('debug-1'),
        fakeSeen('psql', { name: 'psql', project: undefined, service: '', imageName: 'postgres:16' }),
      ),
      [
        'foreign-container: Container shop-debug-1 runs service debug, which the release does not have. If it is not needed, run `docker rm -f shop-debug-1` on a.',
        "foreign-container: Container psql (postgres:16) is in the app's network, but was started manually. If it is not needed, run `docker rm -f psql` on a.",
      ],
    ],
    [
      'a stand-in that an interrupted deploy left',
      withWeb(
        fakeSeen('web-1'),
        fakeSeen('backend-9', { name: 'shop.backend.stand-in', oneOff: true, standIn: true }),
      ),
      [
        'foreign-container: shop.backend.stand-in, a stand-in of backend, was left by an interrupted deploy. `dray deploy test --tag v1` removes it.',
      ],
    ],
    [
      'a file that was changed or removed',
      { fileHashes: new Map([['docker-compose.override.yml', 'c'.repeat(64)]]) },
      [
        'file: docker-compose.yml was removed manually. `dray deploy test --tag v1` restores it.',
        'file: docker-compose.override.yml, which pins the digests, was changed manually. `dray deploy test --tag v1` restores it.',
      ],
    ],
    [
      'a variable that is gone',
      { variables: ['OTHER'] },
      ['env-file: DATABASE_URL is no longer in /srv/shop/.env. Add it on a again, or deploy without it.'],
    ],
    [
      'a file of variables that is gone',
      { variables: undefined },
      [
        'env-file: /srv/shop/.env is missing or not readable. Restore it on a; without it a deploy is refused.',
      ],
    ],
  ])('%s', (_, facts, drift) => {
    expect(driftOf(facts)).toEqual(drift)
  })
})

test('a host that is out of the load balancer has drifted, with the command that brings it back', () => {
  expect(driftOf({ isOut: true })).toEqual([
    'load-balancer: a is out of the load balancer: its hook `join` has not succeeded since it left. `dray deploy test --tag v1` runs it again.',
  ])
})

describe('no drift is', () => {
  test.each<[string, Partial<StatusObservation>]>([
    [
      'a service that ran to its end',
      withWeb(fakeSeen('web-1', { state: 'exited', exitCode: 0, restarts: 'never' })),
    ],
    ['a task of the app', withWeb(fakeSeen('web-1'), fakeSeen('task-1', { oneOff: true }))],
    ['a dead leftover', withWeb(fakeSeen('web-1'), fakeSeen('old-1', { state: 'exited' }))],
    [
      'what is in between while somebody deploys',
      { ...withWeb(), lock: { holder: { user: 'mona', machine: 'ci', sinceMs: 0 } } },
    ],
  ])('%s', (_, facts) => {
    expect(driftOf(facts)).toEqual([])
  })
})

describe('the verdict', () => {
  const lock = { holder: undefined }

  test.each<[string, Partial<StatusObservation>]>([
    ['unhealthy', withWeb(fakeSeen('web-1', { health: 'unhealthy' }))],
    ['unhealthy', withWeb(fakeSeen('web-1', { state: 'restarting' }))],
    ['unhealthy', withWeb(fakeSeen('web-1', { state: 'paused' }))],
    ['unhealthy', withWeb()],
    ['drifted', { variables: [] }],
    ['ok', withWeb(fakeSeen('web-1', { health: 'starting' }))],
    ['unhealthy', withWeb(fakeSeen('web-1', { restartCount: 3, startedAtMs: OBSERVED_AT_MS - 59_000 }))],
    ['ok', withWeb(fakeSeen('web-1', { restartCount: 3, startedAtMs: OBSERVED_AT_MS - 61_000 }))],
    ['ok', withWeb(fakeSeen('web-1', { restartCount: 0, startedAtMs: OBSERVED_AT_MS - 1_000 }))],
    ['deploying', { ...withWeb(fakeSeen('web-1', { health: 'unhealthy' })), lock }],
    ['deploying', { variables: [], lock }],
  ])('is %s for %j', (verdict, facts) => {
    expect(statusOf(fakeStatusObservation(facts)).verdict).toBe(verdict)
  })

  describe('is unhealthy during a deploy', () => {
    test.each<[string, Partial<StatusObservation>]>([
      ['without a container of a service', withWeb()],
      ['with one that has ended', withWeb(fakeSeen('web-1', { state: 'exited', exitCode: 1 }))],
      [
        'with a URL that does not answer',
        { urls: [{ url: 'http://localhost/', isGood: false, status: 502 }] },
      ],
    ])('%s', (_, facts) => {
      expect(statusOf(fakeStatusObservation({ ...facts, lock }))).toMatchObject({
        verdict: 'unhealthy',
        lock: {},
      })
    })
  })

  test.each<[string, Partial<StatusObservation>]>([
    ['a stand-in serves', withWeb(fakeSeen('web-9', { service: 'web', oneOff: true, standIn: true }))],
    ['a service has run to its end', withWeb(fakeSeen('web-1', { state: 'exited', restarts: 'never' }))],
    [
      'the app is being removed',
      { ...withWeb(), lock: { holder: { user: 'ann', machine: 'ci', sinceMs: 0, removes: true } } },
    ],
  ])('is deploying while %s', (_, facts) => {
    expect(statusOf(fakeStatusObservation({ lock, ...facts })).verdict).toBe('deploying')
  })

  test('is that nothing is deployed where there is no record', () => {
    const observation: StatusObservation = { ...fakeStatusObservation(), release: undefined }
    expect(statusOf(observation)).toMatchObject({ verdict: 'nothing-deployed', services: [], drift: [] })
  })

  test('is that nothing is deployed before the set-up, which is proposed', () => {
    const notSetUp = 'There is no directory /srv/shop on a.'
    const none = { ...fakeStatusObservation(), release: undefined, containers: [], notSetUp }
    const hint = '`dray setup test` prepares the server for the first deploy.'
    expect(statusOf(none)).toMatchObject({
      verdict: 'nothing-deployed',
      drift: [],
      notSetUp: { message: notSetUp, hint },
    })
  })

  test('of an environment is the worst of its hosts', () => {
    const hosts = [
      { host: 'a', observation: fakeStatusObservation() },
      { host: 'b', failure },
    ]
    const status = makeStatus({ environment: 'test', path: '/srv/shop', hosts })
    expect(status.verdict).toBe('unknown')
    expect(status.hosts.map(({ verdict }) => verdict)).toEqual(['ok', 'unknown'])
  })
})

test('a host whose release is older than that of another has drifted', () => {
  const behind = fakeStatusObservation({ release: fakeRelease({ id: 'r6' }) })
  const hosts = [
    { host: 'a', observation: fakeStatusObservation({ release: fakeRelease({ id: 'r10' }) }) },
    { host: 'b', observation: behind },
  ]
  const status = makeStatus({ environment: 'test', path: '/srv/shop', hosts })
  expect(status.hosts.map(({ verdict }) => verdict)).toEqual(['ok', 'drifted'])
  expect((status.hosts[1] as KnownHost).drift).toMatchObject([
    {
      kind: 'release',
      message: 'Release r6 is current here, but another host of test has r10.',
      hint: '`dray deploy test --only b` brings r10 here; no task runs.',
    },
  ])
})

test('a host that is behind gets nothing by --only if the others have two releases under one number', () => {
  const hosts = [
    { host: 'a', observation: fakeStatusObservation({ release: fakeRelease({ id: 'r10', tag: 'v9' }) }) },
    { host: 'b', observation: fakeStatusObservation({ release: fakeRelease({ id: 'r10', tag: 'v8' }) }) },
    { host: 'c', observation: fakeStatusObservation({ release: fakeRelease({ id: 'r6' }) }) },
    { host: 'd', observation: { ...fakeStatusObservation(), release: undefined, containers: [] } },
  ]
  const status = makeStatus({ environment: 'test', path: '/srv/shop', hosts })
  const hint = '`dray deploy test --tag v9` brings all hosts to the same release.'
  for (const host of status.hosts.slice(1))
    expect((host as KnownHost).drift[0]).toMatchObject({ kind: 'release', hint })
})

test('a host without a release beside one that has one has drifted', () => {
  const none: StatusObservation = { ...fakeStatusObservation(), release: undefined, containers: [] }
  const a = {
    host: 'a',
    observation: fakeStatusObservation({ release: fakeRelease({ id: 'r5', tag: 'v1' }) }),
  }
  const of = (...hosts: Parameters<typeof makeStatus>[0]['hosts']) =>
    makeStatus({ environment: 'test', path: '/srv/shop', hosts })
  const status = of(a, { host: 'b', observation: none })
  expect(status.verdict).toBe('drifted')
  expect(status.hosts[1]).toMatchObject({
    verdict: 'drifted',
    drift: [
      {
        kind: 'release',
        subject: 'r5',
        message: 'No release is here, but a has r5 (v1).',
        hint: '`dray deploy test --only b` brings r5 here; no task runs.',
      },
    ],
  })
  expect(of(a, { host: 'b', observation: { ...none, lock: { holder: undefined } } }).verdict).toBe(
    'deploying',
  )
  expect(of({ host: 'a', observation: none }, { host: 'b', observation: none }).verdict).toBe(
    'nothing-deployed',
  )
  expect(of({ host: 'a', failure }, { host: 'b', observation: none }).hosts[1]?.verdict).toBe(
    'nothing-deployed',
  )
})

test.each([
  [{ tag: 'v9' }, 'Release r6 (v9) is current here, but a has r6 (v1).'],
  [{ image: 'v9' }, 'web of release r6 has another image here than on a.'],
])('hosts with two releases under one number differ: %o', (facts, message) => {
  const release = fakeRelease({ id: 'r6', tag: 'v1' })
  const image = `ghcr.io/acme/web@${fakeDigest('v9')}`
  const web = { ...release.services['web']!, image }
  const other =
    'tag' in facts ? { ...release, ...facts } : { ...release, services: { ...release.services, web } }
  const hosts = [
    { host: 'a', observation: fakeStatusObservation({ release }) },
    { host: 'b', observation: fakeStatusObservation({ release: other }) },
  ]
  const { verdict, hosts: seen } = makeStatus({ environment: 'test', path: '/srv/shop', hosts })
  expect(verdict).toBe('drifted')
  expect((seen[0] as KnownHost).drift).toEqual([])
  expect((seen[1] as KnownHost).drift[0]).toMatchObject({
    kind: 'release',
    message,
    hint: '`dray deploy test --tag v1` brings all hosts to the same release.',
  })
})

describe('after a deploy that was interrupted while it placed files', () => {
  const release = fakeRelease({ id: 'r8', tag: 'v1' })
  const seen = fakeStatusObservation({ release })
  const mixed: StatusObservation = {
    ...seen,
    fileHashes: new Map(Object.keys(release.files).map((path) => [path, 'c'.repeat(64)])),
    containers: [
      ...seen.containers.map((it) => ({ ...it, imageName: `ghcr.io/acme/web@${fakeDigest('v2')}` })),
      fakeSeen('backend-3'),
      fakeSeen('worker-1'),
      fakeSeen('web-9', { standIn: true }),
    ],
    interrupted: { release: 'r9', tag: 'v2' },
  }
  const { interrupted: _, ...without } = mixed
  const driftOf = (facts: Partial<StatusObservation>) => driftSeen({ ...mixed, ...facts })
  const driftSeen = (observation: StatusObservation) => {
    const hosts = [{ host: 'a', observation }]
    const { hosts: statuses } = makeStatus({ environment: 'test', path: '/srv/shop', hosts })
    return (statuses[0] as KnownHost).drift
  }
  const message = 'The deploy r9 (v2) was interrupted: files and containers may be of both r8 and r9.'

  test('one message says so, in place of one for each file and container', () => {
    const hint = '`dray deploy test --tag v2` runs it again.'
    expect(driftOf({})).toEqual([{ kind: 'release', subject: 'r9', message, hint }])
  })

  test.each<[Partial<NonNullable<StatusObservation['interrupted']>>, string, string]>([
    [{ restores: 'r3' }, 'The rollback r9 (v2) was', '`dray rollback test r3` runs it again.'],
    [{ joins: true }, 'The deploy r9 (v2) was', '`dray deploy test --only a` runs it again.'],
  ])('%j has its own command', (facts, begins, hint) => {
    const [drift, ...more] = driftOf({ interrupted: { release: 'r9', tag: 'v2', ...facts } })
    expect(more).toEqual([])
    expect(drift).toMatchObject({ message: expect.stringContaining(begins) as string, hint })
  })

  test('what else differs is shown, too, with the same hint for a service that does not run', () => {
    const hint = '`dray deploy test --tag v2` runs it again.'
    const containers = mixed.containers
      .filter(({ service }) => service !== 'web')
      .concat(fakeSeen('debug-1', { project: undefined }))
    expect(driftOf({ containers, variables: [] })).toMatchObject([
      { kind: 'release', message },
      { kind: 'service', message: 'web is not running: it has no container.', hint },
      { kind: 'foreign-container', subject: 'shop-debug-1' },
      { kind: 'env-file', subject: 'DATABASE_URL' },
    ])
  })

  test.each<[string, StatusObservation]>([
    ['none was', without],
    ['its release was recorded', { ...mixed, interrupted: { release: 'r8', tag: 'v1' } }],
  ])('each file is named if %s', (_what, facts) => {
    expect(driftSeen(facts).map((it) => it.message)).toContain('docker-compose.yml was changed manually.')
  })

  test('a host on which all is as released has no drift', () => {
    expect(driftOf({ fileHashes: seen.fileHashes, containers: seen.containers })).toEqual([])
  })
})
