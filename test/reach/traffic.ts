import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadPlace, Outcome } from '../support/load/load-report.ts'
import { runLoad } from '../support/load/run-load.ts'

/** Requests a second, to all places of an app together. */
export const ratePerSecond = 50
/** A request that takes longer has failed. */
const timeoutMs = 10_000

/** What is being sent to an app, and what became of it so far. */
export type Traffic = AsyncDisposable & {
  readonly outcomes: readonly Outcome[]
  /** Resolves when every place has answered so many requests, well or not, that were sent after a moment; or after 15 s. */
  untilAnswered(sinceMs: number, count: number): Promise<void>
  /**
   * Stops sending, and waits until every request has ended. Returns the longest delay of a request in ms: large means that the
   * machine was too busy to trust the figures.
   */
  stop(): Promise<{ latestSendMs: number }>
}

/**
 * Sends requests to all places by the clock until it is disposed of: half over new connections, half over kept ones, every third a
 * POST, every fifth takes a second. `startWith`: from where.
 */
export async function startTraffic(
  places: readonly LoadPlace[],
  startWith: readonly string[],
): Promise<Traffic> {
  const outcomes: Outcome[] = []
  if (places.length === 0) {
    const nothing = async (): Promise<void> => {}
    const stop = async () => ({ latestSendMs: 0 })
    return { outcomes, untilAnswered: nothing, stop, [Symbol.asyncDispose]: nothing }
  }
  const load = await runLoad({
    target: places[0]?.url ?? '',
    places,
    startWith,
    ratePerSecond,
    timeoutMs,
    freshEvery: 2,
    slow: { every: 5, ms: 1000 },
    keepOutcomes: true,
    onProgress: (progress) => void outcomes.push(...(progress.outcomes ?? [])),
  })
  return {
    outcomes,
    untilAnswered: async (sinceMs, count) => {
      const giveUpMs = Date.now() + 15_000
      const isAnswered = (place: number): boolean =>
        outcomes.filter((it) => it.place === place && it.sentAtMs > sinceMs && !isSlow(it)).length >= count
      while (Date.now() < giveUpMs && !places.every((_, place) => isAnswered(place))) await sleep(100)
    },
    stop: () => load.stop(),
    [Symbol.asyncDispose]: async () => {
      await load.stop()
    },
  }
}

/** Whether a request took its time on purpose. */
export function isSlow({ path }: Pick<Outcome, 'path'>): boolean {
  return path.startsWith('/api/slow')
}
