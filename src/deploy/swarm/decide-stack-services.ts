import { createHash } from 'node:crypto'
import type { ServiceModel } from '../model/app-model.ts'
import type { StackService } from '../model/cluster.ts'
import { pinnedName } from '../model/image-reference.ts'
import { healthDefaults } from '../model/drain-check.ts'
import type { DesiredRelease } from '../model/observation.ts'
import type { StackChange } from '../model/plan.ts'
import type { Release } from '../model/release.ts'
import { hashWithFiles } from '../plan/decide-service.ts'
import { isOwn } from '../plan/why-not-rolled.ts'
import { describeState } from './describe-state.ts'
import { judgeService } from './judge-tasks.ts'
import type { PinnedImage, StackObservation } from './observe-stack.ts'

/** `health.timeout` of services in dray.yml, in milliseconds. */
export type ServiceLimits = Readonly<Record<string, { healthTimeoutMs?: number | undefined }>>

/** What a deploy does to a service, and how Swarm updates it. */
export type StackDecision = StackChange & {
  /** Absent where the compose file says it. */
  order?: 'start-first' | 'stop-first'
  /** With the files and contents of its configs and secrets. */
  definitionHash: string
  replicas: number
  /** Swarm replaces its tasks: not if only their number changes. */
  isReplaced: boolean
  /** Nothing about it changes, and its tasks do not all run. */
  isDown: boolean
}

type Input = { desired: DesiredRelease; current: Release | undefined; limits: ServiceLimits }

/**
 * Decides for each service whether Swarm has to change it, and in which order its tasks are replaced. A service that is down, and
 * that nothing changes, must not keep a deploy from changing another one: it is left as it is. If nothing else changes, the deploy
 * waits until its tasks run.
 */
export function decideStackServices(observation: StackObservation, input: Input): StackDecision[] {
  const decisions = observation.directory.app.services.map((service) => decide(service, observation, input))
  const isChanging = decisions.some(({ change }) => change !== 'none')
  return decisions.map((it) => (it.isDown && isChanging ? { ...it, isLeftDown: true } : it))
}

function decide(
  service: ServiceModel,
  observation: StackObservation,
  { desired, current, limits }: Input,
): StackDecision {
  const { name, replicas } = service
  const { stack } = observation.directory
  const definitionHash = hashWithContents(service, observation)
  const resolved = observation.resolved.get(name)
  const image = resolved === undefined ? '' : pinnedName(resolved.reference, resolved.digest)
  const running = observation.services.find((it) => it.service === name)
  const recorded = current?.services[name]
  const why = running && whyChanged({ replicas, definitionHash, image, running, recorded })
  const down = running && why === undefined ? whyDown(running, observation) : undefined
  const of = (timesMs: Readonly<Record<string, number>>): number => timesMs[name] ?? 0
  const checkMs = Math.max(of(stack.healthMs), imageCheckMs(service, resolved))
  const healthMs = limits[name]?.healthTimeoutMs ?? checkMs + SPARE_MS
  const order = stack.orders[name] === undefined ? orderOf(service, observation, desired) : undefined
  return {
    service: name,
    change: running === undefined ? 'create' : why === undefined ? 'none' : 'update',
    cause:
      running === undefined
        ? 'not in the stack yet'
        : (why?.cause ?? down ?? 'it runs this image and definition'),
    image,
    limitMs: healthMs + of(stack.watchMs) + of(stack.pauseMs) + of(stack.stopMs),
    ...(order !== undefined && { order }),
    definitionHash,
    replicas,
    isReplaced: running === undefined || why?.isReplaced === true,
    isDown: down !== undefined,
  }
}

/** Hash of its definition, of the files that it mounts, and of the contents that are on the manager. */
function hashWithContents(
  service: ServiceModel,
  { files, contentNames, directory }: StackObservation,
): string {
  const hash = hashWithFiles(service, files)
  const used = contentNames.filter((_, at) => directory.stack.contents[at]?.services.includes(service.name))
  if (used.length === 0) return hash
  return createHash('sha256')
    .update([hash, ...used].join('\n'))
    .digest('hex')
}

/** Besides: Swarm places the task, and creates the container. */
const SPARE_MS = 60_000

/** How long the image's own health check may take, unless the compose file has another one or disables it. */
function imageCheckMs({ healthCheck }: ServiceModel, resolved: PinnedImage | undefined): number {
  const check = resolved?.config?.healthCheck
  if (healthCheck !== 'from-image-or-none' || check === undefined) return 0
  const { intervalMs, startPeriodMs, retries } = { ...healthDefaults, ...check }
  return startPeriodMs + intervalMs * (retries + 1)
}

/** What Swarm says of a service whose tasks do not all run its present definition; undefined if they do. */
function whyDown({ service, image }: StackService, view: StackObservation): string | undefined {
  const state = judgeService({ service, image }, view, 0)
  return state.state === 'done' ? undefined : describeState(state, view.nodes)
}

type Compared = {
  replicas: number
  definitionHash: string
  image: string
  running: StackService
  recorded: Release['services'][string] | undefined
}

function whyChanged({
  replicas,
  definitionHash,
  image,
  running,
  recorded,
}: Compared): { cause: string; isReplaced: boolean } | undefined {
  const { updateState } = running
  const replaced = (cause: string) => ({ cause, isReplaced: true })
  if (updateState === 'paused') return replaced('its last update is paused')
  if (updateState === 'updating') return replaced('its last update has not ended')
  if (updateState?.startsWith('rollback')) return replaced('Swarm rolled it back')
  if (recorded === undefined) return replaced('not deployed by dray yet')
  if (running.image !== image)
    return replaced(recorded.image === image ? 'another image runs' : 'a new image')
  if (recorded.definitionHash !== definitionHash)
    return replaced('its definition, .env, a config or a secret changed')
  if (recorded.specHash !== undefined && recorded.specHash !== running.specHash)
    return replaced('its definition was changed manually')
  if (running.mode === 'replicated' && running.desiredTasks !== replicas)
    return { cause: `${replicas} instead of ${running.desiredTasks} tasks`, isReplaced: false }
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
