import { isMounted, type AppModel } from './app-model.ts'
import { DrayError } from '../errors/dray-error.ts'
import { decideService, whyNotRolled, type DecisionInput, type ServiceDecision } from './decide-service.ts'
import { changedFiles, type FileChanges } from './file-changes.ts'
import { keepTag } from './image-reference.ts'
import { probeTargetOf, proxyServiceOf } from './entrance.ts'
import { unneededImageNames } from './retention.ts'
import type { DesiredRelease, HostObservation } from './observation.ts'
import type { Plan, Step, StepKind, StepOf } from './plan.ts'
import { newestRelease, nextReleaseId, releaseNumber, type Release, type ReleasedService } from './release.ts'
import { dependenciesOf, startWaves } from './waves.ts'

/** What makePlan knows and decides of one host. */
type HostPlan = {
  observation: HostObservation
  current: Release | undefined
  decisions: readonly ServiceDecision[]
  files: FileChanges
  proxyService: string | undefined
}

/**
 * Decides everything: which steps lead from what was observed to what is desired, in which order and why. Pure. Everything
 * that can fail without touching what serves comes first, on every host; then the traffic moves host by host; the old
 * containers go last, when nothing can fail any more.
 * Throws FILE_NOT_OURS.
 */
export const makePlan = (observations: readonly HostObservation[], desired: DesiredRelease): Plan => {
  const hosts = observations.map((observation) => planHost(observation, desired))
  const release = nextReleaseId(observations.flatMap(({ facts }) => facts.usedReleaseIds))
  const unchanged = hosts.every(isUnchanged)
  const steps: NewStep[] = unchanged
    ? []
    : [
        ...hosts.flatMap((host) => pulls(host)),
        ...hosts.flatMap((host) => placement(host)),
        ...hosts.slice(0, 1).flatMap((host) => tasks(host, desired, 'before')),
        ...hosts.flatMap((host) => traffic(host, desired)),
        ...hosts.slice(0, 1).flatMap((host) => tasks(host, desired, 'after')),
        ...hosts.flatMap((host) => conclusion(host, desired, release)),
      ]
  return {
    version: 1,
    release: unchanged ? (hosts[0]?.current?.id ?? release) : release,
    app: desired.app,
    environment: desired.environment,
    unchanged,
    steps: steps.map((step, index) => ({ ...step, id: index + 1 }) as Step),
    images: hosts.slice(0, 1).flatMap((host) =>
      Object.entries(releasedServices(host)).map(([service, { image, digest, tag }]) => ({
        service,
        name: image.replace(/@.*$/, ''),
        digest,
        ...(tag === undefined ? {} : { tag }),
      })),
    ),
    warnings: [...new Set(hosts.flatMap((host) => warnings(host, desired)))],
    left: hosts.flatMap(({ observation, decisions }) =>
      decisions
        .filter((decision) => decision.action === 'leave')
        .map(({ service, cause }) => ({ host: observation.host, service: service.name, cause })),
    ),
  }
}

type NewStep = { [K in StepKind]: Omit<StepOf<K>, 'id'> }[StepKind]

const planHost = (observation: HostObservation, desired: DesiredRelease): HostPlan => {
  refuseUnknownServices(observation.facts.app, desired)
  const current = newestRelease(observation.facts.releases)
  const proxyService = proxyServiceOf(observation.facts.app, desired)
  const input: DecisionInput = { observation, desired, current, proxyService }
  const decisions = observation.facts.app.services.map((service) => decideService(service, input))
  return {
    observation,
    current,
    decisions,
    files: changedFiles(observation, desired, current),
    proxyService,
  }
}

const refuseUnknownServices = (app: AppModel, desired: DesiredRelease): void => {
  const known = app.services.map((service) => service.name)
  const named: [string, string][] = [
    ...Object.keys(desired.rollout).map((name): [string, string] => ['services', name]),
    ...(desired.proxyService === undefined
      ? []
      : [['proxy.service', desired.proxyService] as [string, string]]),
    ...desired.tasks
      .filter((task) => !task.serviceCandidates.some((name) => known.includes(name)))
      .map((task): [string, string] => [`tasks.${task.name}.service`, task.serviceCandidates.join(' or ')]),
  ]
  for (const [key, name] of named) {
    if (known.includes(name)) continue
    throw new DrayError(
      'SERVICE_UNKNOWN',
      `dray.yml names service ${name} (${key}), which the compose file does not have.`,
      {
        hint: `It has ${known.join(', ')}.`,
      },
    )
  }
}

const isUnchanged = (host: HostPlan): boolean =>
  host.decisions.every((it) => it.action === 'leave' && it.replaced.length === 0) &&
  host.files.changed.length === 0 &&
  host.files.removed.length === 0 &&
  orphans(host).length === 0

const pulls = (host: HostPlan): NewStep[] => {
  const { observation, decisions } = host
  const wanted = new Map<string, string[]>()
  for (const { image, service } of decisions) {
    if (image.includes('@')) wanted.set(image, [...(wanted.get(image) ?? []), service.name])
  }
  const there = new Set(observation.images.flatMap((image) => image.digests))
  const missing = [...wanted].filter(([name]) => !there.has(name))
  if (missing.length === 0) return []
  const steps: NewStep[] = [
    { kind: 'prune-dangling', host: observation.host, cause: 'makes room before the pull' },
  ]
  for (const [name, services] of missing) {
    const resolved = observation.resolved.get(services[0] ?? '')
    if (resolved === undefined) continue
    steps.push({
      kind: 'pull-image',
      host: observation.host,
      cause: 'not on the host',
      name,
      keepTag: keepTag(resolved.reference, resolved.digest),
      tag: resolved.reference.tag,
      sizeBytes: resolved.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
      services,
    })
  }
  return steps
}

const placement = ({ observation, files }: HostPlan): NewStep[] => {
  if (files.changed.length === 0 && files.removed.length === 0) return []
  const first = observation.files.length === files.changed.length
  return [
    {
      kind: 'place-files',
      host: observation.host,
      cause: first
        ? 'first release by dray here'
        : `${files.changed.length} of ${observation.files.length} files differ`,
      ...files,
    },
  ]
}

/** Tasks of the services that change, once; before them, what they depend on and does not run yet. */
const tasks = (host: HostPlan, desired: DesiredRelease, when: 'before' | 'after'): NewStep[] => {
  const wanted = tasksOf(host, desired, when)
  const needed = when === 'before' ? startedForTasks(host, desired) : []
  return [
    ...startSteps(host, needed),
    ...wanted.map(({ task, service }): NewStep => ({
      kind: 'run-task',
      host: host.observation.host,
      cause: when === 'before' ? 'with the new image, before traffic moves' : 'after the traffic moved',
      task: task.name,
      service,
      argv: task.argv,
      when,
      ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
    })),
  ]
}

const tasksOf = (host: HostPlan, desired: DesiredRelease, when: 'before' | 'after') =>
  desired.tasks.flatMap((task) => {
    const decision = task.serviceCandidates
      .map((name) => host.decisions.find((it) => it.service.name === name))
      .find((it) => it !== undefined)
    return task.when === when && decision !== undefined && decision.action !== 'leave'
      ? [{ task, service: decision.service.name }]
      : []
  })

const startedForTasks = (host: HostPlan, desired: DesiredRelease): ServiceDecision[] => {
  const names = new Set(
    tasksOf(host, desired, 'before').flatMap(({ service }) => [...dependenciesOf(host.decisions, service)]),
  )
  return host.decisions.filter(
    (it) => names.has(it.service.name) && it.action !== 'leave' && it.replaced.length === 0,
  )
}

const traffic = (host: HostPlan, desired: DesiredRelease): NewStep[] => {
  const { observation, decisions, proxyService } = host
  const early = startedForTasks(host, desired)
  const steps = startSteps(
    host,
    decisions.filter((it) => !early.includes(it)),
  )
  const proxy = proxyToSwitch(host)
  if (proxy !== undefined) {
    steps.push({
      kind: 'switch-proxy',
      host: observation.host,
      cause: proxy.cause,
      proxy: proxyService ?? '',
      services: proxy.services,
    })
  }
  const probe = probeTargetOf(observation.facts.app, desired)
  if (probe !== undefined) {
    steps.push({ kind: 'check-url', host: observation.host, cause: 'before the old containers go', ...probe })
  }
  return steps
}

const startSteps = (host: HostPlan, among: readonly ServiceDecision[]): NewStep[] => {
  const base = { host: host.observation.host }
  const steps: NewStep[] = []
  for (const wave of startWaves(among, host.proxyService)) {
    const rolled = wave.filter((it) => it.action === 'roll')
    if (rolled.length > 0) {
      steps.push({
        ...base,
        kind: 'start-beside',
        cause: commonCause(rolled),
        services: rolled.map((it) => ({
          service: it.service.name,
          add: it.service.replicas,
          running: it.replaced.length,
          discard: it.dead.map((container) => container.id),
        })),
      })
    }
    for (const fresh of [true, false]) {
      const recreated = wave.filter((it) => it.action === 'recreate' && (it.replaced.length === 0) === fresh)
      if (recreated.length === 0) continue
      steps.push({
        ...base,
        kind: 'recreate-services',
        cause: commonCause(recreated),
        services: recreated.map((it) => ({ service: it.service.name, scale: it.service.replicas })),
        fresh,
      })
    }
    for (const { service, action, cause } of wave) {
      if (action === 'run-once') steps.push({ ...base, kind: 'run-once', cause, service: service.name })
    }
    const waited = wave.filter((it) => it.action !== 'run-once' && it.service.replicas > 0)
    if (waited.length > 0) {
      steps.push({
        ...base,
        kind: 'wait-healthy',
        cause: 'before traffic',
        services: waited.map((it) => it.service.name),
      })
    }
  }
  return steps
}

const commonCause = (decisions: readonly ServiceDecision[]): string =>
  [...new Set(decisions.map((it) => it.cause))].join('; ')

/** The proxy is turned when services behind it get new addresses, or files of its own changed. */
const proxyToSwitch = (host: HostPlan): { services: string[]; cause: string } | undefined => {
  const { decisions, files, proxyService } = host
  const proxy = decisions.find((it) => it.service.name === proxyService)
  if (proxy === undefined || proxy.service.replicas === 0) return undefined
  const moved = decisions
    .filter((it) => it !== proxy && it.action !== 'run-once' && it.replaced.length > 0)
    .map((it) => it.service.name)
  const ownFiles = [...files.changed, ...files.removed].filter((file) => isMounted(proxy.service, file))
  if (proxy.action !== 'leave' && proxy.replaced.length === 0) return undefined
  if (moved.length === 0 && (ownFiles.length === 0 || proxy.action !== 'leave')) return undefined
  const causes = [
    ...(moved.length > 0 ? [`${moved.join(', ')} moved`] : []),
    ...(ownFiles.length > 0 ? [`${ownFiles.join(', ')} changed`] : []),
  ]
  return { services: moved, cause: causes.join('; ') }
}

const conclusion = (host: HostPlan, desired: DesiredRelease, release: string): NewStep[] => {
  const { observation, decisions } = host
  const base = { host: observation.host }
  const dropped = [...observation.facts.releases]
    .sort((a, b) => releaseNumber(b.id) - releaseNumber(a.id))
    .slice(Math.max(0, desired.keep - 1))
  const kept = observation.facts.releases.filter((it) => !dropped.includes(it))
  const steps: NewStep[] = [
    {
      ...base,
      kind: 'record-release',
      cause: `keeps ${Math.min(desired.keep, kept.length + 1)} for rollback`,
      release,
      services: releasedServices(host),
      dropReleases: dropped.map((it) => it.id),
    },
  ]
  for (const { service, action, replaced } of decisions) {
    if ((action === 'roll' || action === 'leave') && replaced.length > 0) {
      steps.push({
        ...base,
        kind: 'stop-old',
        cause: action === 'leave' ? 'left by an earlier deploy' : 'replaced',
        service: service.name,
        containers: replaced.map((it) => it.id),
      })
    }
  }
  for (const [service, containers] of orphans(host)) {
    steps.push({ ...base, kind: 'stop-old', cause: 'no longer in the compose file', service, containers })
  }
  const names = unneededImageNames({
    images: observation.images,
    needed: decisions.map((it) => it.image),
    kept,
    known: observation.facts.releases,
  })
  steps.push({ ...base, kind: 'clean-images', cause: 'no kept release needs them', names })
  return steps
}

const releasedServices = ({ observation, decisions }: HostPlan): Release['services'] => {
  const services: Record<string, ReleasedService> = {}
  for (const { service, image, definitionHash, kept, dead } of decisions) {
    const resolved = observation.resolved.get(service.name)
    if (resolved === undefined) continue
    services[service.name] = {
      image,
      digest: resolved.digest,
      ...(resolved.reference.tag === undefined ? {} : { tag: resolved.reference.tag }),
      replicas: service.replicas,
      definitionHash,
      configHash: (kept[0] ?? dead[0])?.configHash ?? '',
    }
  }
  return services
}

/** Containers of services that the last release had and the compose file no longer has. */
const orphans = ({ observation, decisions, current }: HostPlan): [string, string[]][] => {
  const present = new Set(decisions.map((it) => it.service.name))
  return Object.keys(current?.services ?? {})
    .filter((service) => !present.has(service))
    .map((service): [string, string[]] => [
      service,
      observation.containers.filter((it) => it.service === service && !it.oneOff).map((it) => it.id),
    ])
    .filter(([, containers]) => containers.length > 0)
}

const warnings = (host: HostPlan, desired: DesiredRelease): string[] => {
  const { observation, decisions } = host
  const input: DecisionInput = {
    observation,
    desired,
    current: host.current,
    proxyService: host.proxyService,
  }
  const found: string[] = []
  if (observation.facts.envFile.readableByOthers) {
    found.push(
      `.env on ${observation.host} can be read by others (mode ${observation.facts.envFile.mode}): \`chmod 600 .env\` there.`,
    )
  }
  for (const { service, action, replaced } of decisions) {
    if (action === 'recreate' && replaced.length > 0) {
      found.push(
        `${service.name} is stopped for a moment, since ${whyNotRolled(service, input) ?? 'its network changed'}.`,
      )
    }
    const shared = service.volumes.flatMap((volume) => volume.name ?? [])
    if (action === 'roll' && shared.length > 0) {
      found.push(`The old and the new ${service.name} both have volume ${shared.join(', ')} for a while.`)
    }
    if (action !== 'leave' && action !== 'run-once' && service.healthCheck === 'disabled') {
      found.push(
        `${service.name} has no health check: that it runs and does not restart is all dray can know.`,
      )
    }
  }
  return found
}
