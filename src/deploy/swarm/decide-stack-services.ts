import type { ServiceModel } from '../model/app-model.ts'
import type { StackService } from '../model/cluster.ts'
import { pinnedName } from '../model/image-reference.ts'
import type { DesiredRelease } from '../model/observation.ts'
import type { StackChange } from '../model/plan.ts'
import type { Release } from '../model/release.ts'
import { isOwn } from '../plan/why-not-rolled.ts'
import type { StackObservation } from './observe-stack.ts'

/** `health.timeout` of services in dray.yml, in milliseconds. */
export type ServiceLimits = Readonly<Record<string, { healthTimeoutMs?: number | undefined }>>

/** What a deploy does to a service, and how Swarm updates it. */
export type StackDecision = StackChange & {
  /** Absent where the compose file says it. */
  order?: 'start-first' | 'stop-first'
  definitionHash: string
  replicas: number
}

type Input = { desired: DesiredRelease; current: Release | undefined; limits: ServiceLimits }

/** Decides for each service whether Swarm has to change it, and in which order its tasks are replaced. */
export function decideStackServices(observation: StackObservation, input: Input): StackDecision[] {
  return observation.directory.app.services.map((service) => decide(service, observation, input))
}

function decide(
  service: ServiceModel,
  observation: StackObservation,
  { desired, current, limits }: Input,
): StackDecision {
  const { name, replicas, definitionHash } = service
  const { stack } = observation.directory
  const resolved = observation.resolved.get(name)
  const image = resolved === undefined ? '' : pinnedName(resolved.reference, resolved.digest)
  const running = observation.services.find((it) => it.service === name)
  const cause = running && whyChanged({ service, image, running, recorded: current?.services[name] })
  const healthMs = limits[name]?.healthTimeoutMs ?? (stack.healthMs[name] ?? 0) + SPARE_MS
  const order = stack.orders[name] === undefined ? orderOf(service, observation, desired) : undefined
  return {
    service: name,
    change: running === undefined ? 'create' : cause === undefined ? 'none' : 'update',
    cause: running === undefined ? 'not in the stack yet' : (cause ?? 'it runs this image and definition'),
    image,
    limitMs: healthMs + (stack.watchMs[name] ?? 0),
    ...(order !== undefined && { order }),
    definitionHash,
    replicas,
  }
}

/** Besides the health check: Swarm places the task, creates the container, and stops the old one. */
const SPARE_MS = 60_000

type Compared = {
  service: ServiceModel
  image: string
  running: StackService
  recorded: Release['services'][string] | undefined
}

function whyChanged({ service, image, running, recorded }: Compared): string | undefined {
  const { updateState } = running
  if (updateState === 'paused') return 'its last update is paused'
  if (updateState === 'updating') return 'its last update has not ended'
  if (updateState?.startsWith('rollback')) return 'Swarm rolled it back'
  if (recorded === undefined) return 'not deployed by dray yet'
  if (running.image !== image) return recorded.image === image ? 'another image runs' : 'a new image'
  if (recorded.definitionHash !== service.definitionHash) return 'its definition changed'
  if (running.mode === 'replicated' && running.desiredTasks !== service.replicas)
    return `${service.replicas} instead of ${running.desiredTasks} tasks`
  return undefined
}

/**
 * An own service starts first, so that it is never missing. One with a port of the node itself cannot; a third-party image, or
 * one with a volume, may not be safe twice.
 */
function orderOf(
  service: ServiceModel,
  { directory, imageTemplates }: StackObservation,
  desired: DesiredRelease,
): 'start-first' | 'stop-first' {
  const chosen = desired.rollout[service.name]
  if (chosen !== undefined) return chosen === 'roll' ? 'start-first' : 'stop-first'
  const holdsNode = directory.stack.hostPorts.includes(service.name) || service.volumes.length > 0
  return !holdsNode && isOwn(service, desired, imageTemplates) ? 'start-first' : 'stop-first'
}
