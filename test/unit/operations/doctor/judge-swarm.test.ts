import { expect, test } from 'vitest'
import { failureFrom } from '../../../../src/deploy/execute/failure.ts'
import type { ClusterNode } from '../../../../src/deploy/model/cluster.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { isReady, type Check } from '../../../../src/operations/doctor/checkup.ts'
import type {
  DoctorObservation,
  SwarmObservation,
} from '../../../../src/operations/doctor/doctor-observation.ts'
import { judgeHost } from '../../../../src/operations/doctor/judge-host.ts'
import { fakeDoctorObservation, fakeFacts } from '../../../support/fake-doctor-observation.ts'
import { fakeNode, fakeReview } from '../../../support/fake-stack.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

const manager = (name: string, more: Partial<ClusterNode> = {}): ClusterNode => ({
  ...fakeNode,
  id: name,
  name,
  role: 'manager',
  manager: { isLeader: name === 'm1', isReachable: true },
  ...more,
})
const worker: ClusterNode = { ...fakeNode, id: 'w1' }
const nodes = [manager('m1'), manager('m2'), manager('m3'), worker]

function checksOf(swarm: Partial<SwarmObservation> = {}, facts: Partial<DoctorObservation> = {}): Check[] {
  const seen = { nodes: { value: nodes }, missing: { value: undefined }, ...swarm }
  const app = { value: fakeFacts({ stack: fakeReview }) }
  return [...judgeHost(fakeDoctorObservation({ app, swarm: seen, ...facts })).checks]
}

/** `name: what was found`, a line each, of the checks that are not those of every host. */
function told(swarm: Partial<SwarmObservation> = {}, facts: Partial<DoctorObservation> = {}): string[] {
  const own = ['swarm', 'nodes', 'node-access', 'app', 'externals', 'node-images', 'ports', 'plan']
  return checksOf(swarm, facts).flatMap((check) =>
    own.includes(check.name) ? [`${check.name}: ${valueOf(check)}`] : [],
  )
}

function valueOf(check: Check): string {
  if (check.outcome === 'failed') return `✗ ${check.failure.code} ${check.failure.message}`
  if (check.outcome === 'skipped') return `? needs ${check.needs}`
  return check.outcome === 'warning' ? `▲ ${check.value}: ${check.message}` : check.value
}

const well = [
  'swarm: 3 of 3 managers answer, 1 may still fail; m1 leads',
  'nodes: 4 of 4 ready and active',
  'app: 2 services',
  'externals: none declared',
  'node-images: nothing deployed to the swarm yet',
  'plan: 1 step',
]
const one = (name: string, lines: readonly string[]) => lines.find((line) => line.startsWith(`${name}:`))
const ofNodes = (...found: ClusterNode[]) => told({ nodes: { value: found } })

test('a swarm that lacks nothing; the ports of Compose are not checked', () => {
  expect(told()).toEqual(well)
  expect(isReady([{ host: 'm1', checks: checksOf() }])).toBe(true)
})

test.each(['SWARM_INACTIVE', 'SWARM_NOT_MANAGER', 'SWARM_NO_LEADER'] as const)(
  '%s: what needs a manager is not checked, the compose file is',
  (code) => {
    const failure = failureFrom(new DrayError(code, 'It says so.'))
    const checks = checksOf({ nodes: { failure }, missing: undefined }, { plan: undefined })
    expect(checks.find(({ name }) => name === 'swarm')).toMatchObject({ failure: { code } })
    expect(told({ nodes: { failure }, missing: undefined }, { plan: undefined }).slice(1)).toEqual([
      'nodes: ? needs swarm',
      'app: 2 services',
      'externals: ? needs swarm',
      'node-images: ? needs swarm',
      'plan: ? needs swarm',
    ])
    expect(isReady([{ host: 'm1', checks }])).toBe(false)
  },
)

test('the loss of a manager that the swarm cannot bear is a warning', () => {
  const lost = manager('m3', { state: 'down', manager: { isLeader: false, isReachable: false } })
  expect(one('swarm', ofNodes(manager('m1'), manager('m2'), lost))).toBe(
    'swarm: ▲ 2 of 3 managers answer, 0 may still fail: If one of the 2 managers that answer fails, the swarm takes no changes.',
  )
  expect(one('swarm', ofNodes(manager('m1'), manager('m2')))).toMatch(/^swarm: ▲ 2 of 2 managers answer/)
  expect(one('swarm', ofNodes(manager('m1'), worker))).toBe(
    'swarm: 1 of 1 manager answers, 0 may still fail; m1 leads',
  )
})

test('a node that takes no tasks is a warning, and without any other a failure', () => {
  const down = { ...worker, state: 'down' }
  const drained = manager('m3', { availability: 'drain' })
  expect(one('nodes', ofNodes(manager('m1'), manager('m2'), drained, down))).toBe(
    'nodes: ▲ 2 of 4 ready and active: A deploy leaves out m3 (drain), w1 (down): these nodes do not get the images.',
  )
  expect(one('nodes', ofNodes(manager('m1', { availability: 'drain' })))).toBe(
    'nodes: ✗ STACK_NO_NODE No node of the swarm of deploy@a is ready and active.',
  )
})

test('a node that joined after the current release lacks its images', () => {
  const release = (of: Record<string, string>) => ({
    app: { value: fakeFacts({ stack: fakeReview, releases: [fakeRelease({ nodes: of })] }) },
  })
  const all = { m1: 'm1', m2: 'm2', m3: 'm3', w1: 'w1' }
  expect(one('node-images', told({}, release(all)))).toBe('node-images: every active node has pulled r7')
  const { w1: _, ...others } = all
  const lines = told({}, release(others))
  expect(one('node-images', lines)).toBe(
    'node-images: ▲ 1 node without those of r7: w1 has not pulled the images of release r7: tasks that Swarm moves there may not start.',
  )
})

test('what a stack does not have fails the compose file', () => {
  const obstacles = [{ service: 'web', key: 'devices', text: 'no' }]
  const app = { value: fakeFacts({ stack: { ...fakeReview, obstacles } }) }
  const lines = told({}, { app, plan: undefined })
  expect(one('app', lines)).toBe(
    'app: ✗ STACK_UNSUPPORTED Service web has `devices`, which a stack on deploy@a cannot have.',
  )
  expect(one('plan', lines)).toBe('plan: ? needs app')
})

test('a network that is declared as external and is not there', () => {
  const externals = [{ kind: 'network' as const, name: 'edge' }]
  const app = { value: fakeFacts({ stack: { ...fakeReview, externals } }) }
  const failure = failureFrom(new DrayError('STACK_MISSING', 'edge is not there.'))
  expect(one('externals', told({ missing: { value: failure } }, { app }))).toBe(
    'externals: ✗ STACK_MISSING edge is not there.',
  )
  expect(one('externals', told({}, { app }))).toBe('externals: 1 there')
})

test('a listed node that does not answer is a warning, with its failure', () => {
  const failure = failureFrom(new DrayError('SWARM_NODE_OTHER', 'deploy@w9 is in no swarm.'))
  const checks = checksOf({ access: { listed: 2, failures: [failure] } })
  expect(told({ access: { listed: 2, failures: [failure] } })).toContain(
    'node-access: ▲ 1 of 2 reached: deploy@w9 is in no swarm. `dray clean` and `dray disk` leave it out.',
  )
  expect(isReady([{ host: 'm1', checks }])).toBe(isReady([{ host: 'm1', checks: checksOf() }]))
  expect(told({ access: { listed: 2, failures: [] } })).toContain('node-access: 2 of 2 reached')
  expect(told().join()).not.toContain('node-access')
})
