import type { Clock } from './clock.ts'

export type RetryOptions = {
  clock: Clock
  /** No attempt starts later than this after the first one. */
  deadlineMs: number
  /** Maximum number of attempts, including the first. Default 4. */
  attempts?: number
  /** Wait before the second attempt; doubled before each further one. Default 250. */
  firstDelayMs?: number
  /** Default 5,000. */
  maxDelayMs?: number
  /** The wait that the error asks for, in milliseconds; the longer of it and our own is used. */
  waitOf?: (error: unknown) => number | undefined
  /** Whether an error is retried. Default: if it is `temporary`. */
  isTemporary?: (error: unknown) => boolean
  /** From 0 to 1, for the jitter. */
  random?: () => number
  signal?: AbortSignal
}

/**
 * Calls `attempt` until it succeeds, fails permanently, or runs out of attempts or time; then throws its last error. Waits
 * grow and have jitter, so that clients that failed together do not retry together. Throws the signal's reason when it aborts.
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, deadlineMs, attempts = 4, signal, isTemporary = saysTemporary } = options
  const startedAtMs = clock.now()
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      const delayMs = delayBefore(tries, error, options)
      if (tries >= attempts || !isTemporary(error)) throw error
      if (clock.now() + delayMs > startedAtMs + deadlineMs) throw error
      await clock.sleep(delayMs, signal)
    }
  }
}

function delayBefore(tries: number, error: unknown, options: RetryOptions): number {
  const { firstDelayMs = 250, maxDelayMs = 5_000, random = Math.random, waitOf } = options
  const backOffMs = Math.min(maxDelayMs, firstDelayMs * 2 ** (tries - 1)) * (0.5 + random() / 2)
  return Math.max(backOffMs, waitOf?.(error) ?? 0)
}

function saysTemporary(error: unknown): boolean {
  return error instanceof Error && 'temporary' in error && error.temporary === true
}
