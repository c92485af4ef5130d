import type { Clock } from '../../shared/clock.ts'
import type { ClusterNode } from '../model/cluster.ts'
import { isAway } from '../model/task-name.ts'
import type { ServiceState } from './judge-tasks.ts'

/** How long tasks must run before a service counts as done, whatever its health check. */
const LEAST_SETTLE_MS = 2_000
/** How often a service that had settled gets its time again when a task of it ends. */
const MOST_FALLS = 3

type Options = {
  clock: Clock
  /** Tasks that run since before this moment have settled. Milliseconds since the epoch. */
  sinceMs: number
  /** How long Swarm watches a new task of a service, in milliseconds. */
  watchMs?: Readonly<Record<string, number>>
}

/** What a look at a service shows. `stillMs`: how long nothing has moved. */
export type Progress = { stillMs: number; isSettled: boolean }

type Seen = {
  mostGood: number
  fewestOld: number
  movedMs: number
  /** The tasks that run the release, and since when they are these. */
  running: string
  runningSinceMs: number
  wasSettled: boolean
  /** How often it was no longer settled. */
  falls: number
}

/**
 * Measures the progress of services from look to look: more tasks than ever run the release, or fewer than ever the old one. A task
 * that starts and ends again and again does not count. A service has settled when the same tasks have run for a while: as long as Swarm
 * watches them, if no health check says that they are well.
 */
export class StackProgress {
  readonly #options: Options
  readonly #seen = new Map<string, Seen>()
  readonly #lost = new Set<string>()

  constructor(options: Options) {
    this.#options = options
  }

  /** Call it for each service at each look. */
  see(state: ServiceState, nodes: readonly ClusterNode[]): Progress {
    const { clock } = this.#options
    const now = clock.now()
    const running = state.running.map(({ id }) => id).sort()
    const last = this.#seen.get(state.service)
    const isSame = last?.running === running.join()
    const runningSinceMs = isSame ? last.runningSinceMs : now
    const isSettled = state.state === 'done' && this.#hasSettled(state, now - runningSinceMs)
    const hasFallen = last?.wasSettled === true && !isSettled
    const falls = (last?.falls ?? 0) + (hasFallen ? 1 : 0)
    const isStill =
      last !== undefined &&
      state.good <= last.mostGood &&
      state.old >= last.fewestOld &&
      (!hasFallen || falls > MOST_FALLS) &&
      !this.#isNewlyLost(state.service, nodes)
    const movedMs = isStill ? last.movedMs : now
    this.#seen.set(state.service, {
      mostGood: Math.max(state.good, last?.mostGood ?? 0),
      fewestOld: Math.min(state.old, last?.fewestOld ?? Infinity),
      movedMs,
      running: running.join(),
      runningSinceMs,
      wasSettled: isSettled,
      falls,
    })
    return { stillMs: now - movedMs, isSettled }
  }

  #hasSettled({ service, running, hasHealthCheck }: ServiceState, ranMs: number): boolean {
    const { sinceMs, watchMs = {} } = this.#options
    if (running.length > 0 && running.every(({ stateSinceMs }) => stateSinceMs < sinceMs)) return true
    const watchedMs = hasHealthCheck ? 0 : (watchMs[service] ?? 0)
    return ranMs >= Math.max(LEAST_SETTLE_MS, watchedMs)
  }

  /** Swarm needs a while to start the tasks of such a node elsewhere. Once for each node. */
  #isNewlyLost(service: string, nodes: readonly ClusterNode[]): boolean {
    const lost = nodes.filter((node) => isAway(node) && !this.#lost.has(`${service} ${node.id}`))
    for (const { id } of lost) this.#lost.add(`${service} ${id}`)
    return lost.length > 0
  }
}
