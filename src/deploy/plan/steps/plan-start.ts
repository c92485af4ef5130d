import type { ServiceDecision } from '../decide-service.ts'
import { pinnedName } from '../../model/image-reference.ts'
import { entryProxyOf, probeTargetOf } from '../../model/entrance.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import { findHolders } from '../front/find-holders.ts'
import { planCallerSwitches } from '../callers/plan-caller-switches.ts'
import { planMoveIn } from './plan-forward.ts'
import type { HostPlan, NewStep } from '../plan-host.ts'
import { commonCause, describeRecreated, planStandIns, setApart } from './plan-stand-in.ts'
import { planSwitches } from './plan-switches.ts'
import { dependenciesOf, orderInWaves, splitForCpus } from './waves.ts'

/** Tasks of the changed services, each once and none of a service that only gets more replicas, preceded by their dependencies that are not running. */
export function planTasks(host: HostPlan, desired: DesiredRelease, when: 'before' | 'after'): NewStep[] {
  const wanted = tasksOf(host, desired, when)
  const needed = when === 'before' ? findTaskDependencies(host, desired) : []
  return [
    ...planStarts(host, desired, needed),
    ...wanted.map(({ task, service }): NewStep => ({
      kind: 'run-task',
      host: host.observation.host,
      cause: when === 'before' ? 'with the new image, before traffic switches' : 'after traffic switches',
      task: task.name,
      service,
      argv: task.argv,
      when,
      ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
    })),
  ]
}

/** The tasks of one moment that a deploy runs, each with its service. */
export function tasksOf(host: HostPlan, desired: DesiredRelease, when: 'before' | 'after') {
  return desired.tasks.flatMap((task) => {
    const [service] = task.serviceCandidates.flatMap((name) => findTaskService(host, name) ?? [])
    return task.when === when && service?.isNew ? [{ task, service: service.name }] : []
  })
}

/** `isNew`: its containers are replaced, or it is inactive and differs from the current release. */
export function findTaskService(
  { observation, decisions, current }: HostPlan,
  name: string,
): { name: string; isNew: boolean } | undefined {
  const decision = decisions.find((it) => it.service.name === name)
  if (decision !== undefined)
    return { name, isNew: decision.action !== 'leave' && decision.kept.length === 0 }
  const inactive = observation.inactive.find(({ service }) => service.name === name)
  if (inactive === undefined) return undefined
  const { resolved, service } = inactive
  const before = current?.inactive?.[name]
  const image = resolved && pinnedName(resolved.reference, resolved.digest)
  return { name, isNew: before?.image !== image || before?.definitionHash !== service.definitionHash }
}

/** Dependencies of the tasks that are not running. */
export function findTaskDependencies(host: HostPlan, desired: DesiredRelease): ServiceDecision[] {
  const names = new Set(
    tasksOf(host, desired, 'before').flatMap(({ service }) => [
      ...dependenciesOf([...host.decisions, ...host.observation.inactive], service),
    ]),
  )
  return host.decisions.filter(
    (it) =>
      names.has(it.service.name) && it.action !== 'leave' && it.replaced.length === 0 && it.kept.length === 0,
  )
}

/**
 * Starts services wave by wave, and of a wave as many at a time as the host has CPUs for; waits for each. While new containers get
 * ready next to the old ones, the next ones of their wave start, so that twice as many are on their way.
 */
export function planStarts(
  host: HostPlan,
  desired: DesiredRelease,
  among: readonly ServiceDecision[],
): NewStep[] {
  const { proxies, cpus } = host.observation
  return orderInWaves(among, proxies).flatMap((wave) => {
    const steps: NewStep[] = []
    let before: PlannedPart | undefined
    for (const part of splitForCpus(wave, cpus).map((it) => planPart(it, host, desired))) {
      const waits = before?.waits ?? []
      const overlaps = before?.keepsOld === true && part.keepsOld
      steps.push(...(overlaps ? [...part.starts, ...waits] : [...waits, ...part.starts]))
      before = part
    }
    return [...steps, ...(before?.waits ?? [])]
  })
}

/** The steps for services that start at the same time. `keepsOld`: what each of them replaces runs on meanwhile. */
type PlannedPart = { starts: NewStep[]; waits: NewStep[]; keepsOld: boolean }

function planPart(part: readonly ServiceDecision[], host: HostPlan, desired: DesiredRelease): PlannedPart {
  const base = { host: host.observation.host }
  const starts: NewStep[] = []
  const rolled = part.filter((it) => it.action === 'roll')
  if (rolled.length > 0) {
    starts.push({
      ...base,
      kind: 'start-beside',
      cause: commonCause(rolled),
      services: rolled.map((it) => ({
        service: it.service.name,
        add: it.service.replicas - it.kept.length,
        running: it.replaced.length + it.kept.length,
        discard: it.dead.map((container) => container.id),
      })),
    })
  }
  const standingIn = part.filter((it) => it.action === 'stand-in')
  if (standingIn.length > 0) starts.push(planStandIns(host, standingIn))
  let handOver: ReturnType<typeof planMoveIn> = { before: [], after: [] }
  for (const fresh of [true, false]) {
    const recreated = part.filter((it) => it.action === 'recreate' && (it.replaced.length === 0) === fresh)
    if (recreated.length === 0) continue
    const frees = recreated.flatMap(({ service }) => findHolders(service, host))
    if (frees.length > 0 && fresh) {
      const others = planSwitches(host).filter(
        (it) => !recreated.some(({ service }) => service.name === it.proxy),
      )
      starts.push(...others, ...planCallerSwitches(host))
      handOver = planMoveIn(host)
    }
    starts.push(...handOver.before, {
      ...base,
      kind: 'recreate-services',
      cause: commonCause(recreated),
      services: recreated.map(describeRecreated),
      fresh,
      ...(fresh ? {} : setApart(recreated, host)),
      ...(frees.length === 0 ? {} : { frees }),
    })
  }
  for (const { service, action, cause } of part) {
    if (action === 'run-once') starts.push({ ...base, kind: 'run-once', cause, service: service.name })
  }
  const probe = probeTargetOf(host.observation, desired)
  // The URL check covers the proxy, and proves more than that it is running.
  const checkedByUrl =
    probe === undefined || probe.guess ? undefined : entryProxyOf(host.observation, desired)
  const waited = part.filter(
    ({ action, service }) =>
      action !== 'run-once' &&
      service.replicas > 0 &&
      (action === 'stand-in' || handOver.after.length > 0 || service.name !== checkedByUrl),
  )
  const waits: NewStep[] = []
  if (waited.length > 0) {
    waits.push({
      ...base,
      kind: 'wait-healthy',
      cause: 'before receiving traffic',
      services: waited.map((it) => it.service.name),
    })
  }
  return {
    starts,
    waits: [...waits, ...handOver.after],
    keepsOld: part.every(({ action }) => action === 'roll' || action === 'stand-in'),
  }
}
