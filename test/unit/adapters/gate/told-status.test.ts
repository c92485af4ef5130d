import { describe, expect, test } from 'vitest'
import type { GateAnswer } from '../../../../src/adapters/gate/gate-answer.ts'
import { readToldStatus } from '../../../../src/adapters/gate/told-status.ts'
import { makeStatus } from '../../../../src/operations/status/make-status.ts'
import type { HostStatus, KnownHost } from '../../../../src/operations/status/status.ts'
import { fakeRelease, fakeSeen, fakeStatusObservation } from '../../../support/fake-status-observation.ts'

const told = (line: unknown, hosts = ['local']): GateAnswer => ({
  environment: 'test',
  hosts,
  atMs: 0,
  lines: [JSON.parse(JSON.stringify({ type: 'status', ...(line as object) })) as { type: string }],
})
const here = { host: 'deploy@a', environment: 'production' }
const statusOf = (facts = {}, host = 'local') =>
  makeStatus({
    ...{ environment: 'test', path: '/srv/shop' },
    hosts: [{ host, observation: fakeStatusObservation(facts) }],
  })

describe('what the dray of a gate prints is what this one would have read', () => {
  test.each([
    ['when all is well', {}],
    ['with a commit', { release: fakeRelease({ commit: { id: '3f2a1c9', isDirty: true } }) }],
    ['before the first release', { release: undefined, containers: [], fileHashes: new Map() }],
    [
      'before the set-up',
      { release: undefined, containers: [], notSetUp: 'There is no directory /srv/shop.' },
    ],
    ['without a container', { containers: [fakeSeen('web-1', { state: 'exited', exitCode: 1 })] }],
    ['during a deploy', { lock: { holder: { user: 'ci', machine: 'runner', release: 'r8', sinceMs: 5 } } }],
    ['with a URL that does not answer', { urls: [{ url: 'http://a/', isGood: false, error: 'no answer' }] }],
    ['with a URL that answers', { urls: [{ url: 'http://a/', isGood: true, status: 200 }] }],
  ])('%s', (_, facts) => {
    const status = statusOf(facts)
    const [read] = readToldStatus(told(status), { host: 'local', environment: 'test' })
    expect(read).toEqual(JSON.parse(JSON.stringify(status.hosts[0])))
  })
})

test('its commands name the environment as it is called here', () => {
  const { hosts, ...status } = statusOf({ containers: [] })
  const [read] = readToldStatus(told({ ...status, hosts }), here)
  expect(read).toMatchObject({ host: 'deploy@a', verdict: 'unhealthy' })
  const hints = (read as KnownHost).drift.map(({ hint }) => hint)
  expect(hints).toContain('`dray deploy production --tag v1` restores it.')
  expect(hints.join()).not.toMatch(/dray deploy test\b/)
})

test('a host that the gate does not reach has its failure', () => {
  const failure = {
    ...{ code: 'HOST_UNREACHABLE', title: 'T.', message: 'M.', exitCode: 3, details: { logTail: ['l'] } },
    hint: '`dray doctor test` shows more; `dray logs test-2` does not.',
  }
  const hosts = [
    { host: 'a', verdict: 'unknown', failure },
    { host: 'b', verdict: 'unknown', failure },
    { host: 'stranger', verdict: 'unknown', failure },
  ]
  const hint = '`dray doctor production` shows more; `dray logs test-2` does not.'
  expect(readToldStatus(told({ hosts }, ['a', 'b']), { ...here, host: 'bastion' })).toEqual([
    { host: 'bastion: a', verdict: 'unknown', failure: { ...failure, hint } },
    { host: 'bastion: b', verdict: 'unknown', failure: { ...failure, hint } },
  ] satisfies HostStatus[])
})

test('fields that this dray does not know are left out', () => {
  const status = statusOf()
  const [host] = status.hosts
  const more = { ...host, html: '<script>', containers: 'many' }
  expect(readToldStatus(told({ hosts: [more] }), here)[0]).toEqual({
    ...(JSON.parse(JSON.stringify(host)) as object),
    host: 'deploy@a',
  })
})

test.each([
  ['no status', { type: 'other' }],
  ['a status without hosts', { hosts: [] }],
  ['a verdict that there is not', { hosts: [{ ...statusOf().hosts[0], verdict: 'fine' }] }],
  ['a number as a text', { hosts: [{ ...statusOf().hosts[0], services: [{ service: 5 }] }] }],
  [
    'a release id that is none',
    {
      hosts: [
        { ...statusOf().hosts[0], release: { ...(statusOf().hosts[0] as KnownHost).release, id: 'r7/../x' } },
      ],
    },
  ],
  [
    'a commit that is none',
    {
      hosts: [
        {
          ...statusOf().hosts[0],
          release: { ...(statusOf().hosts[0] as KnownHost).release, commit: { id: 'main' } },
        },
      ],
    },
  ],
  [
    'a text without end',
    { hosts: [{ ...statusOf().hosts[0], drift: [{ kind: 'file', subject: 'x'.repeat(9000) }] }] },
  ],
])('%s is refused', (_, line) => {
  expect(() => readToldStatus(told(line), here)).toThrow(
    expect.objectContaining({ code: 'HOST_COMMAND_FAILED' }),
  )
})

test('a host of a gate that has an older release than another host is drifted', () => {
  const read = readToldStatus(told(statusOf()), here)
  const status = makeStatus({
    ...{ environment: 'production', path: '/srv/shop' },
    hosts: [
      { host: 'deploy@a', told: read, nowMs: 0 },
      {
        host: 'deploy@b',
        observation: fakeStatusObservation({ release: fakeRelease({ id: 'r8' }) }),
      },
    ],
  })
  expect(status.hosts[0]).toMatchObject({
    verdict: 'drifted',
    drift: [
      {
        kind: 'release',
        message: 'Release r7 is current here, but another host of production has r8.',
        hint: '`dray deploy production --only deploy@a` brings r8 here; no task runs.',
      },
    ],
  })
})

test('a gate that says `local` means its own machine, and an option may have the name of the environment', () => {
  const drift = {
    ...{ kind: 'foreign-container', subject: 'web-2', message: 'local is out of the load balancer.' },
    hint: 'Run `docker rm -f web-2` on local. `dray deploy test --tag test` restores a local file.',
  }
  const { hosts, ...status } = statusOf()
  const [read] = readToldStatus(told({ ...status, hosts: [{ ...hosts[0], drift: [drift] }] }), here)
  expect((read as KnownHost).drift).toEqual([
    {
      ...drift,
      message: 'deploy@a is out of the load balancer.',
      hint: 'Run `docker rm -f web-2` on deploy@a. `dray deploy production --tag test` restores a local file.',
    },
  ])
})

test('a host of a gate without a release stays unhealthy if it is, beside one that has a release', () => {
  const [read] = readToldStatus(
    told(
      statusOf({
        ...{ release: undefined, containers: [], fileHashes: new Map() },
        urls: [{ url: 'http://a/', isGood: false, error: 'no answer' }],
      }),
    ),
    here,
  )
  const hosts = [
    { host: 'deploy@a', told: [{ ...(read as KnownHost), verdict: 'unhealthy' as const }], nowMs: 0 },
    { host: 'b', observation: fakeStatusObservation() },
  ]
  const status = makeStatus({ environment: 'production', path: '/srv/shop', hosts })
  expect(status.hosts[0]).toMatchObject({ verdict: 'unhealthy', drift: [{ kind: 'release' }] })
})
