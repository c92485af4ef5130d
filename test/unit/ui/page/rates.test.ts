import { expect, test } from 'vitest'
import type { Attempt } from '../../../../src/deploy/releases/history.ts'
import { answeringAt, ratesOf } from '../../../../src/ui/page/rates.ts'

const plan = [
  { id: 1, kind: 'start-beside', title: 'Start new web' },
  { id: 2, kind: 'switch-traffic', title: 'Switch traffic in nginx to the new web' },
  { id: 3, kind: 'stop-old', title: 'Stop the old web' },
]
const step = (id: number, startedAtMs: number, durationMs?: number) => ({
  id,
  kind: plan[id - 1]?.kind ?? '',
  startedAtMs,
  durationMs,
  outcome: durationMs === undefined ? ('unfinished' as const) : ('done' as const),
})
type Told = Parameters<typeof ratesOf>[0]
const told = (changes: Partial<Attempt>): Told => ({
  startedAtMs: 0,
  durationMs: undefined,
  requests: undefined,
  samples: [],
  steps: [step(1, 1000, 500), step(2, 2000, 200), step(3, 2300)],
  plan,
  undo: undefined,
  outcome: { kind: 'unfinished' },
  ...changes,
})

test('counts become requests per second, and failures do not count as answered', () => {
  const samples = [
    { atMs: 1000, requests: 10, failures: 0 },
    { atMs: 1800, requests: 18, failures: 4 },
  ]
  expect(ratesOf(told({ samples, steps: [] }))).toEqual([
    { fromMs: 0, toMs: 1000, answered: 10, failed: 0, by: 'before' },
    { fromMs: 1000, toMs: 1800, answered: 5, failed: 5, by: 'before' },
  ])
})

test('a second in which traffic is switched is divided, and the counts at the end are the last', () => {
  const samples = [{ atMs: 1900, requests: 19, failures: 0 }]
  const requests = { sent: 24, failed: 0 }
  const steps = [step(1, 1000, 500), step(2, 2000, 200), step(3, 2300, 50)]
  const rates = ratesOf(told({ samples, requests, durationMs: 2400, steps, outcome: { kind: 'deployed' } }))
  expect(rates.map(({ fromMs, toMs, by }) => [fromMs, toMs, by])).toEqual([
    [0, 1900, 'before'],
    [1900, 2000, 'before'],
    [2000, 2200, 'either'],
    [2200, 2400, 'after'],
  ])
  expect(rates.at(-1)?.answered).toBe(10)
})

test('behind a proxy, the new release answers from the end of the switch on', () => {
  expect([1500, 2100, 2250].map((atMs) => answeringAt(told({}), atMs))).toEqual(['before', 'either', 'after'])
})

test('without a proxy, either may answer from the start of the new containers to the end of the old', () => {
  const direct = plan.map((it) => (it.kind === 'switch-traffic' ? { ...it, kind: 'pin-names' } : it))
  const steps = [step(1, 1000, 500), step(3, 2300)]
  const at = (atMs: number) => answeringAt(told({ plan: direct, steps }), atMs)
  expect([900, 1100, 9000].map(at)).toEqual(['before', 'either', 'either'])
})

test('after a failure the old release answers once everything was undone', () => {
  const undo = { startedAtMs: 2400, endedAtMs: 2900 }
  const outcome = { kind: 'failed', code: undefined, reason: undefined, step: undefined } as const
  expect([2300, 2500, 3000].map((atMs) => answeringAt(told({ undo, outcome }), atMs))).toEqual([
    'either',
    'either',
    'before',
  ])
})

test('before the switch is complete, nothing says that the new release answers', () => {
  const steps = [step(1, 1000, 500), step(2, 2000)]
  expect(answeringAt(told({ steps }), 60_000)).toBe('either')
})

test('with Swarm, either release may answer from the update of the stack until its tasks have been replaced', () => {
  const swarm = told({
    plan: [
      { id: 1, kind: 'pull-on-nodes', title: 'Pull' },
      { id: 2, kind: 'update-stack', title: 'Update the stack' },
      { id: 3, kind: 'await-tasks', title: 'Wait' },
    ],
    steps: [
      { ...step(1, 1000, 500), kind: 'pull-on-nodes' },
      { ...step(2, 2000, 200), kind: 'update-stack' },
      { ...step(3, 2200, 800), kind: 'await-tasks' },
    ],
  }) as Attempt
  const by = (atMs: number) => answeringAt(swarm, atMs)
  expect([1500, 2100, 2500, 3100].map(by)).toEqual(['before', 'either', 'either', 'after'])
})
