import { describe, expect, test } from 'vitest'
import { isReady, type Check, type CheckName } from '../../../../src/operations/doctor/checkup.ts'
import type {
  DoctorObservation,
  ServerObservation,
} from '../../../../src/operations/doctor/doctor-observation.ts'
import { judgeHost } from '../../../../src/operations/doctor/judge-host.ts'
import { fakeApp, fakeProxy } from '../../../support/fake-app.ts'
import {
  fakeFacts,
  fakeFailure,
  fakePublisher,
  fakeDoctorObservation,
  fakeServer,
} from '../../../support/fake-doctor-observation.ts'

/** `name: what was found`, a line each. */
function told(facts: Partial<DoctorObservation>): string[] {
  return judgeHost(fakeDoctorObservation(facts)).checks.map(
    (check) => `${check.subject ?? check.name}: ${valueOf(check)}`,
  )
}

function valueOf(check: Check): string {
  if (check.outcome === 'failed') return `✗ ${check.failure.code} ${check.failure.message}`
  if (check.outcome === 'skipped') return `? needs ${check.needs}`
  return check.outcome === 'warning' ? `▲ ${check.value}: ${check.message}` : check.value
}

function one(name: CheckName, facts: Partial<DoctorObservation>): string {
  const found = judgeHost(fakeDoctorObservation(facts)).checks.find((check) => check.name === name)
  return found === undefined ? 'not checked' : valueOf(found)
}

const server = (facts: Partial<ServerObservation>) => ({ server: { value: fakeServer(facts) } })
/** What is not asked when Compose could not make its model. */
const noModel = {
  app: undefined,
  containers: undefined,
  images: undefined,
  registries: undefined,
  plan: undefined,
}

test('a host that lacks nothing', () => {
  expect(told({})).toEqual([
    'ssh: answers in 120 ms',
    'tools: installed',
    'docker: 28.5.2',
    'compose: 2.40.3',
    'directory: /srv/shop can be written',
    'env: mode 600',
    'lock: free',
    'disk: / 63 %, 18.0 GB free',
    'clock: in sync',
    'app: 2 services',
    'ghcr.io/acme/backend:v1: v1 sha256:763100000000',
    'nginx:alpine: alpine sha256:616c70696e65',
    'ghcr.io: reached from the server',
    'ports: 80 free',
    'url: http://localhost/ needs no DNS lookup',
    'plan: 1 step',
  ])
  expect(isReady([judgeHost(fakeDoctorObservation())])).toBe(true)
})

test('a host that does not answer: everything else needs that', () => {
  const failure = fakeFailure('HOST_UNREACHABLE', 'a does not answer.')
  const facts = { ...noModel, connection: { failure }, server: undefined, engine: undefined, url: undefined }
  const [first, ...others] = told(facts)
  expect(first).toBe('ssh: ✗ HOST_UNREACHABLE a does not answer.')
  expect(others).toHaveLength(14)
  expect(others.every((line) => line.endsWith(': ? needs ssh'))).toBe(true)
  expect(isReady([judgeHost(fakeDoctorObservation(facts))])).toBe(false)
})

test('a failed check hides no independent one', () => {
  const lines = told({
    ...noModel,
    engine: { failure: fakeFailure('DOCKER_MISSING', 'There is none.') },
    server: {
      value: fakeServer({ compose: undefined, envFile: { failure: fakeFailure('ENV_MISSING', 'None.') } }),
    },
    url: undefined,
  })
  expect(lines.slice(2)).toEqual([
    'docker: ✗ DOCKER_MISSING There is none.',
    'compose: ? needs docker',
    'directory: /srv/shop can be written',
    'env: ✗ ENV_MISSING None.',
    'lock: free',
    'disk: / 63 %, 18.0 GB free',
    'clock: in sync',
    'app: ? needs docker',
    'image: ? needs docker',
    'registry: ? needs docker',
    'ports: ? needs docker',
    'url: ? needs docker',
    'plan: ? needs docker',
  ])
})

test('a plan that is not made names the image that is not there', () => {
  const failure = fakeFailure('TAG_NOT_FOUND', 'No such tag.')
  const images = [{ image: 'ghcr.io/acme/backend:v9', services: ['backend'], answer: { failure } }]
  expect(told({ images, plan: undefined }).slice(-5)).toEqual([
    'ghcr.io/acme/backend:v9: ✗ TAG_NOT_FOUND No such tag.',
    'ghcr.io: reached from the server',
    'ports: 80 free',
    'url: http://localhost/ needs no DNS lookup',
    'plan: ? needs image',
  ])
})

test.each([
  [{ answer: { status: 200 }, isGood: true }, 'http://localhost/ answers 200'],
  [
    { answer: { status: 502 }, isGood: false },
    '▲ answers 502: http://localhost/ answers 502 now. `dray status` and `dray logs` show the state of the app.',
  ],
  [
    { answer: { error: 'hang up' }, isGood: false, guess: true as const },
    '▲ does not answer (hang up): http://localhost/ does not answer (hang up) now. Set `probe` in dray.yml to a URL that answers, or `probe: false` if the app has none.',
  ],
])('the URL of a running app is requested: %j', (answered, expected) => {
  const { checks } = judgeHost(
    fakeDoctorObservation({ url: { url: 'http://localhost/', lookedUp: undefined, answered } }),
  )
  const check = checks.find(({ name }) => name === 'url')
  const said =
    check?.outcome === 'warning'
      ? `▲ ${check.value}: ${check.message} ${check.hint}`
      : check?.outcome === 'ok' && check.value
  expect(said).toBe(expected)
})

test('a URL that does not answer fails the check if a deploy would change nothing', () => {
  const answered = { answer: { status: 503 }, isGood: false }
  const { plan } = fakeDoctorObservation()
  if (plan === undefined || !('value' in plan)) throw new Error('The fake has a plan.')
  const { checks } = judgeHost(
    fakeDoctorObservation({
      url: { url: 'http://localhost/', lookedUp: undefined, answered },
      plan: { value: { ...plan.value, unchanged: true } },
    }),
  )
  expect(checks.find(({ name }) => name === 'url')).toMatchObject({
    outcome: 'failed',
    failure: {
      code: 'URL_CHECK_FAILED',
      message: 'http://localhost/ answers 503, and a deploy would change nothing.',
    },
  })
})

test('a lock is not called free if there is no `flock` to try it', () => {
  const { checks } = judgeHost(fakeDoctorObservation(server({ missingTools: ['flock'] })))
  expect(checks.find(({ name }) => name === 'lock')).toMatchObject({ outcome: 'skipped', needs: 'tools' })
})

describe('of the server', () => {
  test.each<[string, CheckName, Partial<DoctorObservation>, string | RegExp]>([
    [
      'programs that are missing',
      'tools',
      server({ missingTools: ['flock', 'tar'] }),
      /^✗ .*lacks flock, tar,/,
    ],
    [
      'a file of variables that others can read',
      'env',
      server({ envFile: { value: { mode: '644', readableByOthers: true } } }),
      '▲ mode 644: /srv/shop/.env on deploy@a is readable by other users.',
    ],
    [
      'variables that .env.example names',
      'env',
      { lackingVariables: ['SMTP_HOST', 'SMTP_USER'] },
      '▲ mode 600, lacks 2: /srv/shop/.env on deploy@a lacks SMTP_HOST, SMTP_USER, which .env.example names.',
    ],
    [
      'a lock that somebody has',
      'lock',
      server({ lock: fakeFailure('LOCK_HELD', 'mona has it.') }),
      '✗ LOCK_HELD mona has it.',
    ],
    [
      'a directory that lets nobody see what is in it',
      'env',
      server({ directory: { failure: fakeFailure('PATH_NOT_WRITABLE', 'No.') }, envFile: undefined }),
      '? needs directory',
    ],
    ['a clock that is a little off', 'clock', server({ clockAheadMs: 4_000 }), '4 s ahead'],
    ['a clock that is far off', 'clock', server({ clockAheadMs: -90_000 }), /^▲ 90 s behind: The clock of/],
  ])('%s', (_, name, facts, says) => {
    if (typeof says === 'string') expect(one(name, facts)).toBe(says)
    else expect(one(name, facts)).toMatch(says)
  })

  const disk = (usedBytes: number, availableBytes: number, holds = ['Docker']) => ({
    mount: `/${holds.join('')}`,
    holds,
    totalBytes: usedBytes + availableBytes,
    usedBytes,
    availableBytes,
  })
  test.each<[string, ReturnType<typeof disk>[], string | RegExp]>([
    [
      'more than four fifths full',
      [disk(81e9, 19e9)],
      /^▲ \/Docker 81 %, 19\.0 GB free: .* more than 80 % full\.$/,
    ],
    [
      'with room enough',
      [disk(1e9, 9e9), disk(1e9, 15e9, ['app'])],
      '/Docker 10 %, 9.0 GB free; /app 7 %, 15.0 GB free',
    ],
    ['too full for any file', [disk(1e9, 9e9), disk(1e9, 4096, ['the app'])], /^✗ DISK_FULL .*for the app/],
  ])('a disk %s', (_, fileSystems, says) => {
    if (typeof says === 'string') expect(one('disk', server({ fileSystems }))).toBe(says)
    else expect(one('disk', server({ fileSystems }))).toMatch(says)
  })
})

describe('of the app', () => {
  const app = { value: fakeFacts({ listeningPorts: [22, 80] }) }

  test('a port that something else has, and one that the app itself has', () => {
    expect(one('ports', { app })).toBe(
      '✗ PORT_TAKEN Port 80 of nginx is already in use on deploy@a by another process.',
    )
    expect(one('ports', { app, containers: { value: [fakePublisher(80)] } })).toBe('80 used by the app')
  })

  test('a registry that the server does not reach is a warning: Docker may have a proxy', () => {
    const registries = [{ registry: 'ghcr.io', answer: { error: 'no answer within 5000 ms' } }]
    expect(one('registry', { registries })).toMatch(
      /^▲ .*deploy@a does not reach ghcr\.io, .* within 5000 ms\.$/,
    )
    expect(isReady([judgeHost(fakeDoctorObservation({ registries }))])).toBe(true)
  })

  test('unchecked ports are not called free', () => {
    const udp = fakeFacts({ app: fakeApp([fakeProxy({ publishedPorts: ['53/udp', '8000-8010'] })]) })
    expect(one('ports', { app: { value: udp } })).toBe('53/udp not checked, 8000-8010 not checked')
  })

  const leadsTo = (addresses: string[], more: Partial<DoctorObservation> = {}): string =>
    one('url', {
      url: { url: 'https://shop.example.com/', lookedUp: { name: 'shop.example.com', addresses } },
      ...more,
    })

  test('a name that leads to the host, to somewhere else, to nowhere', () => {
    expect(leadsTo(['10.0.0.5'])).toBe('shop.example.com is 10.0.0.5')
    expect(leadsTo(['192.0.2.1'])).toMatch(
      /^▲ .* resolves to 192\.0\.2\.1, not to one of the hosts \(10\.0\.0\.5\)/,
    )
    expect(leadsTo([])).toMatch(/^✗ URL_CHECK_FAILED shop\.example\.com in the URL .* has no address\.$/)
    expect(leadsTo(['10.0.0.5'], server({ urlAddresses: [] }))).toMatch(/^▲ .* not on the server\.$/)
    expect(leadsTo(['192.0.2.1'], { hostAddresses: [] })).toBe('shop.example.com is 192.0.2.1')
  })

  test('no URL at all', () => {
    expect(one('url', { url: undefined })).toContain('no URL to check')
  })
})
