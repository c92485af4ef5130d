import type { Clock } from '../../shared/clock.ts'
import type { LogLine } from '../../shared/log-line.ts'

/** A line and its log. */
export type MergedLine<Source> = { source: Source; line: LogLine }

export type MergePatience = {
  /** How long a line waits for an earlier one of a log that was just opened. */
  firstMs: number
  /** The same for a log that has already sent lines. */
  laterMs: number
}

/** A log and its buffered batch of lines. */
type Feed<Source> = {
  source: Source
  lines: readonly LogLine[]
  next: number
  /** How long the others wait for its next batch; undefined while it has one. */
  awaitedUntilMs: number | undefined
  /** Called when the batch has been used. */
  wantMore: () => void
}

/** Lines per batch. */
const LARGEST_BATCH = 1000

/**
 * Merges several logs by time. At most one batch per log is buffered, so a slow reader slows all of them and memory does
 * not grow. With patience, silent logs do not delay the others; without it, the order is exact.
 */
export class LogMerge<Source> {
  readonly #clock: Clock
  readonly #patience: MergePatience
  readonly #feeds = new Set<Feed<Source>>()
  #failure: { error: unknown } | undefined
  #isSealed = false
  #wake: () => void = () => undefined

  constructor(clock: Clock, patience: MergePatience = { firstMs: Infinity, laterMs: Infinity }) {
    this.#clock = clock
    this.#patience = patience
  }

  /** Adds a log. Resolves when it has ended and all its lines were read. */
  async add(source: Source, batches: AsyncIterable<readonly LogLine[]>): Promise<void> {
    const awaitedUntilMs = this.#clock.now() + this.#patience.firstMs
    const feed: Feed<Source> = { source, lines: [], next: 0, awaitedUntilMs, wantMore: () => undefined }
    this.#feeds.add(feed)
    try {
      for await (const lines of batches) {
        if (lines.length === 0) continue
        Object.assign(feed, { lines, next: 0, awaitedUntilMs: undefined })
        const usedUp = new Promise<void>((resolve) => (feed.wantMore = resolve))
        this.#wake()
        await usedUp
      }
    } catch (error) {
      this.#failure ??= { error }
    } finally {
      this.#feeds.delete(feed)
      this.#wake()
    }
  }

  /** No more logs follow: the lines end with those of the present logs. */
  seal(): void {
    this.#isSealed = true
    this.#wake()
  }

  /** Ends the lines with an error. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#wake()
  }

  /** All lines, in batches; ends when `signal` aborts. Throws what reading a log threw. */
  async *lines(signal: AbortSignal): AsyncGenerator<readonly MergedLine<Source>[], void> {
    const stop = (): void => this.#wake()
    signal.addEventListener('abort', stop)
    try {
      while (!signal.aborted) {
        if (this.#failure !== undefined) throw this.#failure.error
        const changed = new Promise<void>((resolve) => (this.#wake = resolve))
        const batch = this.#take()
        if (batch.length > 0) yield batch
        else if (this.#isSealed && this.#feeds.size === 0) return
        else await this.#orPatienceEnds(changed)
      }
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  #take(): MergedLine<Source>[] {
    const taken: MergedLine<Source>[] = []
    while (taken.length < LARGEST_BATCH && this.#waitMs() <= 0) {
      const feed = this.#earliest()
      const line = feed?.lines[feed.next]
      if (feed === undefined || line === undefined) break
      taken.push({ source: feed.source, line })
      feed.next += 1
      if (feed.next < feed.lines.length) continue
      feed.awaitedUntilMs = this.#clock.now() + this.#patience.laterMs
      feed.wantMore()
    }
    return taken
  }

  /** How long a line must wait for logs that have none buffered. */
  #waitMs(): number {
    let untilMs = 0
    for (const { awaitedUntilMs = 0 } of this.#feeds) untilMs = Math.max(untilMs, awaitedUntilMs)
    return untilMs === 0 ? 0 : untilMs - this.#clock.now()
  }

  #earliest(): Feed<Source> | undefined {
    let earliest: Feed<Source> | undefined
    let earliestAt = ''
    for (const feed of this.#feeds) {
      const at = feed.lines[feed.next]?.at
      if (at === undefined || (earliest !== undefined && at >= earliestAt)) continue
      earliest = feed
      earliestAt = at
    }
    return earliest
  }

  async #orPatienceEnds(changed: Promise<void>): Promise<void> {
    const waitMs = this.#waitMs()
    if (waitMs <= 0 || waitMs === Infinity || this.#earliest() === undefined) {
      await changed
      return
    }
    const enough = new AbortController()
    const patience = this.#clock.sleep(waitMs, enough.signal).catch(() => undefined)
    await Promise.race([changed, patience])
    enough.abort()
  }
}
