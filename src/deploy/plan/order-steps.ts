import type { DesiredRelease } from '../model/observation.ts'
import type { Phase } from '../model/plan.ts'
import { planCallerPins } from './callers/plan-caller-switches.ts'
import type { HostPlan, NewStep } from './plan-host.ts'
import { planProxyTests } from './proxies/plan-proxy-tests.ts'
import type { Arrival } from './steps/plan-arrival.ts'
import {
  planCleaning,
  planLastChecks,
  planRecord,
  planRemovals,
  planStops,
  planVerification,
} from './steps/plan-conclusion.ts'
import { planCallerUnpins } from './callers/plan-caller-switches.ts'
import { planPlacement } from './steps/plan-placement.ts'
import { planTasks } from './steps/plan-start.ts'
import { planPins, planUnpins } from './steps/plan-switches.ts'
import { planTraffic } from './steps/plan-traffic.ts'

export type OrderRequest = {
  hosts: readonly HostPlan[]
  /** One for each host. */
  arrivals: readonly Arrival[]
  desired: DesiredRelease
  release: string
}

/**
 * The order of a deploy, over one host or several. Whatever can fail without affecting traffic comes first, on every host, and
 * the `before` tasks run once. Then traffic switches, a wave of hosts after the other. Old containers keep running until every
 * host serves the new release: until then, a failure anywhere takes every host back. They are stopped, everything is checked
 * without them, and the release is recorded on every host before one of them is removed.
 */
export function orderSteps({ hosts, arrivals, desired, release }: OrderRequest): NewStep[] {
  const tasks = hosts.slice(0, 1).flatMap((host) => planTasks(host, desired, 'before'))
  const switches = hosts.map((host, index) => planTraffic(host, desired, index === 0))
  return [
    ...sideBySide(
      'prepare',
      hosts.map((host, index) => [
        ...(arrivals[index]?.before ?? []),
        ...planPins(host),
        ...planCallerPins(host),
        ...(arrivals[index]?.pulls ?? []),
        ...planPlacement(host),
        ...planProxyTests(host, tasks.length > 0),
      ]),
    ),
    ...tasks,
    ...inWaves(switches, countAtOnce(hosts.length, desired)).flatMap((wave, index) =>
      hosts.length < 2 ? wave.flat() : inPhase({ name: 'traffic', wave: index + 1 }, wave),
    ),
    ...hosts.slice(0, 1).flatMap((host) => planTasks(host, desired, 'after')),
    ...sideBySide(
      'stop',
      hosts.map((host) => [
        ...planStops(host),
        ...planUnpins(host),
        ...planCallerUnpins(host),
        ...planLastChecks(host, desired),
      ]),
    ),
    ...sideBySide(
      'record',
      hosts.map((host) => [planRecord(host, desired, release)]),
    ),
    ...sideBySide(
      'clean',
      hosts.map((host) => [...planRemovals(host), planVerification(host), ...planCleaning(host, desired)]),
    ),
  ]
}

/** How many of `count` hosts switch traffic at the same time: at least one. A share is rounded down. */
export function countAtOnce(count: number, { rolling }: Pick<DesiredRelease, 'rolling'>): number {
  const wanted = 'hosts' in rolling ? rolling.hosts : Math.floor((count * rolling.percent) / 100)
  return Math.max(1, Math.min(wanted, count))
}

/** A host without a step to switch traffic is in no wave. */
function inWaves(switches: readonly (readonly NewStep[])[], size: number): (readonly NewStep[])[][] {
  const moved = switches.filter((steps) => steps.length > 0)
  return Array.from({ length: Math.ceil(moved.length / size) }, (_, index) =>
    moved.slice(index * size, (index + 1) * size),
  )
}

/** Steps of one host have no phase: they run one after another. */
function sideBySide(name: Phase['name'], lanes: readonly (readonly NewStep[])[]): NewStep[] {
  return lanes.length < 2 ? lanes.flat() : inPhase({ name }, lanes)
}

function inPhase(phase: Phase, lanes: readonly (readonly NewStep[])[]): NewStep[] {
  return lanes.flat().map((step) => ({ ...step, phase }))
}
