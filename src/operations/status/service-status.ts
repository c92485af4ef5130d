import { isDigest, type Digest } from '../../deploy/model/image-reference.ts'
import type { InactiveReleased, ReleasedService } from '../../deploy/model/release.ts'
import type { StatusObservation, SeenContainer } from './status-observation.ts'
import type { ServiceStatus } from './status.ts'

/** State of a service that is not deployed; undefined unless a user started it. As many containers as run are desired. */
export function inactiveStatus(
  name: string,
  { profiles }: InactiveReleased,
  observation: StatusObservation,
): ServiceStatus | undefined {
  const running = containersOf(name, observation.containers).filter(isUp)
  const [first] = running
  if (first === undefined) return undefined
  const [image = '', digest = ''] = first.imageName.split('@')
  const released = { image, digest: '' as Digest, replicas: running.length }
  const status = serviceStatus(name, released, observation)
  return { ...status, image: { name: image, ...(isDigest(digest) && { digest }) }, profiles }
}

/** State of a service of the release. */
export function serviceStatus(
  name: string,
  released: Pick<ReleasedService, 'image' | 'digest' | 'tag' | 'replicas'>,
  observation: StatusObservation,
): ServiceStatus {
  const containers = containersOf(name, observation.containers)
  const running = containers.filter(isUp)
  const lastStartMs = Math.max(...running.map((it) => it.startedAtMs))
  return {
    service: name,
    state: stateOf({ containers, running, desired: released.replicas, nowMs: observation.nowMs }),
    health: worstHealth(running),
    running: running.length,
    desired: released.replicas,
    restarts: containers.reduce((sum, it) => sum + it.restartCount, 0),
    ...(running.length === 0 ? {} : { upMs: Math.max(0, observation.nowMs - lastStartMs) }),
    image: {
      name: released.image.replace(/@.*$/, ''),
      ...(released.tag === undefined ? {} : { tag: released.tag }),
      digest: released.digest,
    },
  }
}

/** The containers of a service itself, without those of tasks. */
export function containersOf(service: string, containers: readonly SeenContainer[]): SeenContainer[] {
  return containers.filter((it) => it.service === service && !it.oneOff)
}

export function isUp({ state }: SeenContainer): boolean {
  return state === 'running' || state === 'restarting' || state === 'paused'
}

/** It exited with 0, and its restart policy does not start it again. */
export function endedWell({ state, exitCode, restarts }: SeenContainer): boolean {
  return state === 'exited' && exitCode === 0 && restarts !== 'always'
}

/** Docker waits at most a minute before it restarts a container: one that has run for longer since its last restart is stable. */
const STABLE_MS = 60_000

/** In a crash loop, a container mostly has the state `running`: Docker has restarted it, and not long ago. */
function isRestarting({ state, restartCount, startedAtMs }: SeenContainer, nowMs: number): boolean {
  return (
    state === 'restarting' || (state === 'running' && restartCount > 0 && nowMs - startedAtMs < STABLE_MS)
  )
}

function stateOf({
  containers,
  running,
  desired,
  nowMs,
}: {
  containers: readonly SeenContainer[]
  running: readonly SeenContainer[]
  desired: number
  nowMs: number
}): ServiceStatus['state'] {
  if (running.some((it) => isRestarting(it, nowMs))) return 'restarting'
  if (running.some((it) => it.state === 'paused')) return 'paused'
  if (running.length > 0) return running.length < desired ? 'partial' : 'running'
  if (containers.some(endedWell)) return 'ended'
  return containers.length > 0 || desired === 0 ? 'stopped' : 'missing'
}

const WORST_FIRST = ['unhealthy', 'starting', 'healthy'] as const

function worstHealth(running: readonly SeenContainer[]): ServiceStatus['health'] {
  if (running.length === 0) return 'none'
  return WORST_FIRST.find((health) => running.some((it) => it.health === health)) ?? 'unchecked'
}
