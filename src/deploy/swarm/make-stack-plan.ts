import type { ClusterNode } from '../model/cluster.ts'
import { pinnedName } from '../model/image-reference.ts'
import type { DesiredRelease } from '../model/observation.ts'
import type { Plan } from '../model/plan.ts'
import {
  isSameContent,
  newestRelease,
  nextReleaseId,
  originalId,
  pinnedImages,
  type Release,
  type ReleasedService,
} from '../model/release.ts'
import { findChangedFiles, type FileChanges } from '../plan/file-changes.ts'
import { listNotUndone } from '../plan/not-undone.ts'
import type { NewStep } from '../plan/plan-host.ts'
import { refuseMovedTags } from '../plan/refuse-moved-tags.ts'
import { refuseUnselectedTags } from '../plan/refuse-unselected-tags.ts'
import { retainReleases } from '../plan/retention.ts'
import { decideStackServices, type ServiceLimits, type StackDecision } from './decide-stack-services.ts'
import type { StackObservation } from './observe-stack.ts'
import { activeNodes, refuseMissing, refuseUnknownServices } from './refuse-stack.ts'
import { warnOfStack } from './stack-warnings.ts'

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
  const orphans = observation.services
    .map(({ service }) => service)
    .filter((name) => name in (current?.services ?? {}) && !decisions.some(({ service }) => service === name))
  const newcomers = nodes.filter(({ id }) => current?.nodes?.[id] === undefined)
  const changing = decisions.filter(({ change }) => change !== 'none')
  const unchanged =
    changing.length + orphans.length + newcomers.length + files.changed.length + files.removed.length === 0
  const release = nextReleaseId(directory.usedReleaseIds)
  const context = { observation, desired, current, decisions, files, orphans, nodes, newcomers, release }
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
    warnings: warnOfStack(observation, desired),
    unchangedServices: decisions
      .filter(({ change }) => change === 'none')
      .map(({ service, cause }) => ({ host, service, cause })),
  }
}

type Context = {
  observation: StackObservation
  desired: DesiredRelease
  current: Release | undefined
  decisions: readonly StackDecision[]
  files: FileChanges
  /** Services of the last release that the compose file no longer has. */
  orphans: readonly string[]
  nodes: readonly ClusterNode[]
  /** Nodes that have not pulled the images of the current release. */
  newcomers: readonly ClusterNode[]
  release: string
}

function planSteps(context: Context): NewStep[] {
  const { observation, desired, decisions, files, orphans } = context
  const { host, directory } = observation
  const stack = directory.app.project
  const services = decisions.map(({ service, change, cause, image, limitMs }) => ({
    service,
    change,
    cause,
    image,
    limitMs,
  }))
  const changing = decisions.filter(({ change }) => change !== 'none')
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
          { kind: 'await-tasks' as const, host, cause: 'before the release is recorded', stack, services },
        ]),
    ...(typeof desired.probeUrl === 'string'
      ? [
          {
            kind: 'check-url' as const,
            host,
            cause: 'with the new release',
            url: desired.probeUrl,
            below: 400,
          },
        ]
      : []),
    ...planTasks(context, 'after'),
    planRecord(context),
    ...(orphans.length === 0
      ? []
      : [
          {
            kind: 'remove-services' as const,
            host,
            cause: 'no longer in the compose file',
            services: orphans,
          },
        ]),
    { kind: 'verify-stack', host, cause: 'before success is reported', stack, services },
    { kind: 'clean-stack', host, cause: 'the new release has its own', stack },
  ]
}

/** Each image once, by every active node, unless all have it. */
function planPulls({ observation, current, decisions, nodes, newcomers }: Context): NewStep[] {
  const byImage = new Map<string, StackDecision[]>()
  for (const it of decisions) byImage.set(it.image, [...(byImage.get(it.image) ?? []), it])
  const had = new Set(Object.values(current?.services ?? {}).map(({ image }) => image))
  const known = new Set(observation.directory.releases.flatMap(pinnedImages))
  return [...byImage].flatMap(([name, users]): NewStep[] => {
    if (had.has(name) && newcomers.length === 0) return []
    const tag = observation.resolved.get(users[0]?.service ?? '')?.reference.tag
    return [
      {
        kind: 'pull-on-nodes',
        host: observation.host,
        cause: had.has(name)
          ? `${newcomers.map((it) => it.name).join(', ')} joined since ${current?.id ?? 'the last release'}`
          : known.has(name)
            ? 'every node must have it'
            : 'on every node, so that a later move needs no login',
        name,
        ...(tag !== undefined && { tag }),
        services: users.map(({ service }) => service),
        nodes: Object.fromEntries(nodes.map((it) => [it.id, it.name])),
        ...(known.has(name) && { isKnown: true }),
      },
    ]
  })
}

function planTasks({ observation, desired, decisions }: Context, when: 'before' | 'after'): NewStep[] {
  return desired.tasks.flatMap((task): NewStep[] => {
    const decision = task.serviceCandidates
      .flatMap((name) => decisions.find(({ service }) => service === name) ?? [])
      .at(0)
    if (task.when !== when || decision === undefined || decision.change === 'none') return []
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

function planRecord(context: Context): NewStep {
  const { observation, desired, current, nodes, release } = context
  const services = releasedServices(context)
  const files = Object.fromEntries(observation.files.map(({ path, sha256 }) => [path, sha256]))
  const isRepeated =
    desired.restores === undefined &&
    current !== undefined &&
    current.restores === undefined &&
    isSameContent(current, { services, files })
  const follows = isRepeated ? current.follows : current && originalId(current)
  const { dropped, count } = retainReleases({
    releases: observation.directory.releases,
    restores: desired.restores?.id,
    repeats: isRepeated ? current.id : undefined,
    keep: desired.keep,
  })
  return {
    kind: 'record-release',
    host: observation.host,
    cause: `archived releases for rollback: ${count}`,
    release,
    ...(follows === undefined ? {} : { follows }),
    services,
    nodes: Object.fromEntries(nodes.map(({ id, name }) => [id, name])),
    dropReleases: dropped.map(({ id }) => id),
  }
}

function releasedServices({ observation, decisions }: Pick<Context, 'observation' | 'decisions'>) {
  const services: Record<string, ReleasedService> = {}
  for (const { service, definitionHash, replicas } of decisions) {
    const resolved = observation.resolved.get(service)
    if (resolved === undefined) continue
    const { reference, digest } = resolved
    services[service] = {
      image: pinnedName(reference, digest),
      digest,
      ...(reference.tag === undefined ? {} : { tag: reference.tag }),
      replicas,
      definitionHash,
      configHash: '',
    }
  }
  return services
}

function describeRestored({ directory }: StackObservation, { restores }: DesiredRelease) {
  if (restores === undefined) return {}
  const { id, tag } = restores
  return {
    restores: { release: id, ...(tag === undefined ? {} : { tag }) },
    notUndone: listNotUndone(restores, directory.envFile),
  }
}

function placementCause({ observation, current, files }: Context): string {
  if (current === undefined) return 'first release by dray on this host'
  return `${files.changed.length} of ${observation.files.length} files differ`
}

function causeOf(changing: readonly StackDecision[], all: number): string {
  const [only] = changing
  return changing.length === 1 && only !== undefined
    ? `${only.service}: ${only.cause}`
    : `${changing.length} of ${all} services change`
}
