import type { Clock } from '../../shared/clock.ts'
import { isAccepted } from '../model/entrance.ts'
import type { Entrance } from '../model/prober.ts'
import type { ProbeAnswer, Prober } from '../model/prober.ts'

/** How long one request may take: a busy server is slow, and not down. */
const URL_TIMEOUT_MS = 5_000

/** What a URL answered at last, and whether that is as expected. */
export type UrlAnswer = { entrance: Entrance; answer: ProbeAnswer; isGood: boolean }

/**
 * Requests a URL of the app until its answer is as expected, for at most `forMs`; at least once. Throws the signal's reason.
 */
export async function askUrl(
  entrance: Entrance,
  {
    prober,
    clock,
    forMs,
    everyMs = 100,
    signal,
  }: { prober: Prober; clock: Clock; forMs: number; everyMs?: number; signal?: AbortSignal },
): Promise<UrlAnswer> {
  const untilMs = clock.now() + forMs
  for (;;) {
    const answer = await prober.get(entrance.url, URL_TIMEOUT_MS, entrance)
    const isGood = isAccepted(entrance, answer)
    if (isGood || clock.now() >= untilMs) return { entrance, answer, isGood }
    await clock.sleep(everyMs, signal)
  }
}
