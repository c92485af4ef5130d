import type { Trial } from './measure.ts'
import type { AppForm } from './sample-app.ts'
import type { Place } from './stage.ts'
import { ways, type Way } from './ways.ts'

/** A table: several ways to do one thing, measured in turn. */
export type Scenario = {
  name: string
  /** What is measured, as a heading. */
  title: string
  place: Place
  form: AppForm
  trial: Trial
  ways: readonly Way[]
  /** How far the client is from the server; nothing is added unless told. */
  roundTripMs?: number
  /** The first deploy of a way prepares the next: nothing is put back between them. */
  stays?: boolean
}

const good: Trial = { from: 'v1', to: 'v2', serves: true }
const broken = (variant: string): Trial => ({ from: 'v1', to: `v2-${variant}`, serves: false })
const { script, upWait, handwritten, rollout, dray, drayWithTasks, drayRollback } = ways
const plainWays = [script, upWait, handwritten, rollout, dray]

export const scenarios: readonly Scenario[] = [
  ...(['ssh', 'local'] as const).flatMap((place) =>
    [1, 10].map((intervalSeconds): Scenario => ({
      name: `${place}-${intervalSeconds}s`,
      title: `v1 → v2, ${place === 'ssh' ? 'over SSH' : 'on the server itself'}, health check every ${intervalSeconds} s`,
      place,
      form: { intervalSeconds },
      trial: good,
      ways: [...plainWays, ...(intervalSeconds === 10 ? [drayWithTasks] : [])],
    })),
  ),
  {
    name: 'distance',
    title: 'v1 → v2, over SSH, 40 ms of round trip, health check every 10 s',
    place: 'ssh',
    form: { intervalSeconds: 10 },
    trial: good,
    ways: plainWays,
    roundTripMs: 40,
  },
  ...(
    [
      ['rollback-1s', 0, 1],
      ['rollback', 0, 10],
      ['rollback-distance', 40, 10],
    ] as const
  ).map(([name, roundTripMs, intervalSeconds]): Scenario => ({
    name,
    title: `back from v2 to v1, over SSH, ${roundTripMs === 0 ? 'no delay' : `${roundTripMs} ms of round trip`}, health check every ${intervalSeconds} s`,
    place: 'ssh',
    form: { intervalSeconds },
    trial: { before: 'v1', from: 'v2', to: 'v1', serves: true },
    ways: [script, upWait, handwritten, rollout, drayRollback],
    roundTripMs,
  })),
  ...[0, 40].map((roundTripMs): Scenario => ({
    name: roundTripMs === 0 ? 'unchanged' : 'unchanged-distance',
    title: `nothing to change, over SSH, ${roundTripMs === 0 ? 'no delay' : `${roundTripMs} ms of round trip`}`,
    place: 'ssh',
    form: { intervalSeconds: 10 },
    trial: { from: 'v1', to: 'v1', serves: true },
    ways: plainWays,
    roundTripMs,
    stays: true,
  })),
  {
    name: 'never-healthy',
    title: 'a release that never becomes healthy, over SSH, health check every 1 s',
    place: 'ssh',
    form: { intervalSeconds: 1, backendOnly: true },
    trial: broken('never-healthy'),
    ways: plainWays,
  },
  {
    name: 'exits-at-once',
    title: 'a release that exits at once, over SSH, health check every 1 s',
    place: 'ssh',
    form: { intervalSeconds: 1, backendOnly: true },
    trial: broken('exits-at-once'),
    ways: plainWays,
  },
  {
    name: 'in-flight',
    title: 'every tenth request takes 2 s, the app ends at once on SIGTERM, over SSH, health check every 1 s',
    place: 'ssh',
    form: { intervalSeconds: 1, backendOnly: true },
    trial: { from: 'v1-abrupt', to: 'v2-abrupt', serves: true, slow: { every: 10, ms: 2000 } },
    ways: plainWays,
  },
  ...[1, 3, 10, 50].map((services): Scenario => ({
    name: `services-${services}`,
    title: `v1 → v2, ${services} ${services === 1 ? 'service changes' : 'services change'}, over SSH, health check every 10 s`,
    place: 'ssh',
    form: { intervalSeconds: 10, ...(services === 1 ? { backendOnly: true } : { workers: services - 2 }) },
    trial: good,
    // docker-rollout takes one service after the other: minutes.
    ways: services > 10 ? plainWays.filter((way) => way !== rollout) : plainWays,
  })),
  ...[1, 5, 10].map((replicas): Scenario => ({
    name: `replicas-${replicas}`,
    title: `v1 → v2, ${replicas} ${replicas === 1 ? 'container' : 'containers'} of the backend, over SSH, health check every 1 s`,
    place: 'ssh',
    form: { intervalSeconds: 1, replicas, backendOnly: true },
    trial: good,
    ways: plainWays,
  })),
]
