import { isOut } from '../model/hooks.ts'
import type { DesiredRelease, Rolling } from '../model/observation.ts'
import type { Phase } from '../model/plan.ts'
import { planCallerPins } from './callers/plan-caller-switches.ts'
import type { HostPlan, NewStep } from './plan-host.ts'
import { planProxyTests } from './proxies/plan-proxy-tests.ts'
import type { Arrival } from './steps/plan-arrival.ts'
import {
  planCleaning,
  planContainerCheck,
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
import { planHostTurn } from './steps/plan-host-turn.ts'

export type OrderRequest = {
  /** Each with the desired release as it concerns it. */
  hosts: readonly { plan: HostPlan; desired: DesiredRelease }[]
  /** One for each host. */
  arrivals: readonly Arrival[]
  rolling: Rolling
  release: string
}

/**
 * The order of a deploy, over one host or several. Whatever can fail without affecting traffic comes first, on every host, and
 * the `before` tasks run once. Then traffic switches, a wave of hosts after the other. Old containers keep running until every
 * host serves the new release: until then, a failure anywhere takes every host back. They are stopped, everything is checked
 * without them, and the release is recorded on every host before one of them is removed.
 */
export function orderSteps({ hosts, arrivals, rolling, release }: OrderRequest): NewStep[] {
  const tasks = (when: 'before' | 'after') => hosts.flatMap((it) => planTasks(it.plan, it.desired, when))
  const before = tasks('before')
  const size = countAtOnce(hosts.length, rolling)
  // Those that are out of the load balancer come first: no other host may leave it while they are.
  const isIn = (it: OrderRequest['hosts'][number]): number => Number(!isOut(it.plan.observation, it.desired))
  const switches = [...hosts].sort((a, b) => isIn(a) - isIn(b)).map((it) => planHostTurn(it.plan, it.desired))
  return [
    ...sideBySide(
      'prepare',
      hosts.map(({ plan }, index) => [
        ...(arrivals[index]?.before ?? []),
        ...planPins(plan),
        ...planCallerPins(plan),
        ...(arrivals[index]?.pulls ?? []),
        ...planPlacement(plan),
        ...planProxyTests(plan, before.length > 0),
      ]),
    ),
    ...before,
    ...inWaves(switches, size).flatMap((wave, index) =>
      hosts.length < 2 ? wave.flat() : inPhase({ name: 'traffic', wave: index + 1 }, wave),
    ),
    ...tasks('after'),
    ...sideBySide(
      'stop',
      hosts.map(({ plan, desired }) => [
        ...planStops(plan),
        ...planUnpins(plan),
        ...planCallerUnpins(plan),
        ...planLastChecks(plan, desired),
      ]),
    ),
    // A phase of its own: one host may still stop its old containers when another one is done.
    ...(hosts.length < 2
      ? []
      : sideBySide(
          'check',
          hosts.map(({ plan }) => [planContainerCheck(plan)]),
        )),
    ...sideBySide(
      'record',
      hosts.map(({ plan, desired }) => [planRecord(plan, desired, release)]),
    ),
    ...sideBySide(
      'clean',
      hosts.map(({ plan, desired }) => [
        ...planRemovals(plan),
        planVerification(plan),
        ...planCleaning(plan, desired),
      ]),
    ),
  ]
}

/** How many of `count` hosts switch traffic at the same time: at least one. A share is rounded down. */
export function countAtOnce(count: number, rolling: Rolling): number {
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
