import { configuredProbe } from '../model/entrance.ts'
import type { DesiredRelease } from '../model/observation.ts'
import type { Plan } from '../model/plan.ts'
import { joinWarnings } from '../plan/join-warnings.ts'
import { newestRelease, nextReleaseId } from '../model/release.ts'
import { someNames } from '../model/some-names.ts'
import { findChangedFiles } from '../plan/file-changes.ts'
import { listNotUndone } from '../plan/not-undone.ts'
import type { NewStep } from '../plan/plan-host.ts'
import { refuseMovedTags } from '../plan/refuse-moved-tags.ts'
import { refuseUnselectedTags } from '../plan/refuse-unselected-tags.ts'
import { decideStackServices, type ServiceLimits, type StackDecision } from './decide-stack-services.ts'
import { findHeldPorts, warnOfHeldPorts, type HeldPort } from './find-port-holders.ts'
import { findNewcomers } from './judge-nodes.ts'
import type { StackObservation } from './observe-stack.ts'
import { planPulls } from './plan-pulls.ts'
import { planRecord, releasedServices } from './plan-stack-record.ts'
import { activeNodes, refuseMissing, refuseUnknownServices } from './refuse-stack.ts'
import type { StackPlanContext } from './stack-plan-context.ts'
import { measureStack, warnOfStack } from './stack-warnings.ts'

/**
 * Makes every decision of a deploy by Swarm. Pure. What can fail without affecting traffic comes first: every node pulls, the
 * files are placed, tasks run. Then Swarm updates the services, and what it made is compared with the plan. Throws TAG_MOVED,
 * IMAGE_UNUSED, TAG_UNUSED, FILE_NOT_OURS, SERVICE_UNKNOWN, STACK_MISSING and STACK_NO_NODE.
 */
export function makeStackPlan(
  observation: StackObservation,
  desired: DesiredRelease,
  limits: ServiceLimits,
): Plan {
  refuseUnknownServices(observation, desired)
  refuseMovedTags([observation], desired, true)
  refuseUnselectedTags([observation], desired, true)
  refuseMissing(observation)
  const { directory, host } = observation
  const current = newestRelease(directory.releases)
  const nodes = activeNodes(observation)
  const decisions = decideStackServices(observation, { desired, current, limits })
  const files = findChangedFiles(observation, desired, current)
  const released = new Set(directory.releases.flatMap(({ services }) => Object.keys(services)))
  const orphans = observation.services
    .map(({ service }) => service)
    .filter((name) => released.has(name) && !decisions.some(({ service }) => service === name))
  const newcomers = findNewcomers(nodes, current)
  const touched = decisions.filter(({ change, isDown }) => change !== 'none' || isDown)
  const unchanged =
    touched.length + orphans.length + newcomers.length + files.changed.length + files.removed.length === 0
  const release = nextReleaseId(directory.usedReleaseIds)
  const held = findHeldPorts(observation, decisions, orphans)
  const context = {
    observation,
    desired,
    current,
    decisions,
    files,
    orphans,
    held,
    nodes,
    newcomers,
    release,
  }
  const steps = unchanged ? [] : planSteps(context)
  return {
    version: 1,
    release: unchanged ? (current?.id ?? release) : release,
    ...describeRestored(observation, desired),
    ...(current && { replaces: current.id }),
    app: desired.app,
    environment: desired.environment,
    unchanged,
    steps: steps.map((step, index) => ({ ...step, id: index + 1 })),
    ...(unchanged || Object.keys(desired.hooks).length === 0 ? {} : { hooks: desired.hooks }),
    images: Object.entries(releasedServices(context)).map(([service, { image, digest, tag }]) => ({
      service,
      name: image.replace(/@.*$/, ''),
      digest,
      ...(tag === undefined ? {} : { tag }),
    })),
    proxies: [],
    ...joinWarnings({
      decided: [...warnOfStack(observation, desired), ...warnOfHeldPorts(held)],
      measured: measureStack(observation, decisions),
    }),
    unchangedServices: decisions
      .filter(({ change }) => change === 'none')
      .map(({ service, cause }) => ({ host, service, cause })),
  }
}

function planSteps(context: StackPlanContext): NewStep[] {
  const { observation, desired, decisions, files, orphans, held } = context
  const { host, directory } = observation
  const stack = directory.app.project
  const services = decisions.map(({ service, change, cause, image, limitMs, isLeftDown }) => ({
    service,
    change,
    cause,
    image,
    limitMs,
    ...(isLeftDown && { isLeftDown }),
  }))
  const changing = decisions.filter(({ change }) => change !== 'none')
  // Nothing is stopped for an update that Swarm refuses for another port.
  const canSucceed = held.every(({ kind }) => kind === 'leaves')
  const freeing = canSucceed ? orphans.filter((name) => held.some(({ holder }) => holder === name)) : []
  const probe = configuredProbe(desired)
  const isPlacing = files.changed.length + files.removed.length > 0
  const { changed, removed, inPlace, adopt } = files
  return [
    ...planPulls(context),
    ...(isPlacing
      ? [
          {
            kind: 'place-files' as const,
            host,
            cause: placementCause(context),
            changed,
            removed,
            inPlace,
            adopt,
          },
        ]
      : []),
    ...planTasks(context, 'before'),
    ...planRemoval(host, freeing, held),
    ...(changing.length === 0
      ? []
      : [
          {
            kind: 'update-stack' as const,
            host,
            cause: causeOf(changing, decisions.length),
            stack,
            services,
            orders: Object.fromEntries(
              decisions.flatMap(({ service, order }) => (order ? [[service, order]] : [])),
            ),
          },
        ]),
    ...(changing.length > 0 || decisions.some(({ isDown }) => isDown)
      ? [{ kind: 'await-tasks' as const, host, cause: 'before the release is recorded', stack, services }]
      : []),
    ...(probe === undefined
      ? []
      : [{ kind: 'check-url' as const, host, cause: 'with the new release', ...probe }]),
    ...planTasks(context, 'after'),
    planRecord(context),
    ...planRemoval(
      host,
      orphans.filter((it) => !freeing.includes(it)),
    ),
    { kind: 'verify-stack', host, cause: 'before success is reported', stack, services },
    { kind: 'clean-stack', host, cause: 'the new release has its own', stack },
  ]
}

/** After the record, since nothing needs them then; before the update those whose ports it needs. */
function planRemoval(host: string, services: readonly string[], held: readonly HeldPort[] = []): NewStep[] {
  if (services.length === 0) return []
  const freed = held.filter(({ holder }) => services.includes(holder))
  const frees = [...new Set(freed.map(({ port }) => port))]
  const takers = [...new Set(freed.map(({ taker }) => taker))]
  const cause =
    frees.length === 0
      ? 'no longer in the compose file'
      : `${someNames(takers)} ${takers.length === 1 ? 'publishes' : 'publish'} ${someNames(frees)}`
  return [{ kind: 'remove-services', host, cause, services, ...(frees.length > 0 && { frees }) }]
}

function planTasks(
  { observation, desired, decisions }: StackPlanContext,
  when: 'before' | 'after',
): NewStep[] {
  return desired.tasks.flatMap((task): NewStep[] => {
    const decision = task.serviceCandidates
      .flatMap((name) => decisions.find(({ service }) => service === name) ?? [])
      .at(0)
    if (task.when !== when || decision?.isReplaced !== true) return []
    return [
      {
        kind: 'run-task',
        host: observation.host,
        cause:
          when === 'before' ? 'once, with the new image, before Swarm updates' : 'once, after the update',
        task: task.name,
        service: decision.service,
        argv: task.argv,
        when,
        ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
      },
    ]
  })
}

function describeRestored(observation: StackObservation, { restores }: DesiredRelease) {
  if (restores === undefined) return {}
  const { id, tag } = restores
  return {
    restores: { release: id, ...(tag === undefined ? {} : { tag }) },
    notUndone: listNotUndone(restores, [observation]),
  }
}

function placementCause({ observation, current, files }: StackPlanContext): string {
  if (current === undefined) return 'first release by dray on this host'
  return `${files.changed.length} of ${observation.files.length} files differ`
}

function causeOf(changing: readonly StackDecision[], all: number): string {
  const [only] = changing
  return changing.length === 1 && only !== undefined
    ? `${only.service}: ${only.cause}`
    : `${changing.length} of ${all} services change`
}
