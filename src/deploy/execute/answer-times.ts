import type { Clock } from '../../shared/clock.ts'

/** An answer is slow if it takes so many times as long as usual, and at least so long. */
const SLOW_FACTOR = 3
const LEAST_SLOW_MS = 200
/** So many answers tell what is usual. */
const USUAL_OF = 50
/** An answer says nothing about later than this. */
const FRESH_MS = 1_000
const LOOK_EVERY_MS = 50

/** How a request of the probe ended; one that did not reach the app's host says nothing. */
export type Outcome = 'answered' | 'failed' | 'unsent'

/** How long the app takes to answer the probe. It is never slow without a probe, or without an answer from before. */
export class AnswerTimes {
  readonly #clock: Clock
  readonly #underWay = new Set<{ readonly atMs: number }>()
  readonly #usualTimesMs: number[] = []
  #isUsual = true
  #last = { atMs: -Infinity, tookMs: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Notes that a request was sent; the result is to be called when it has ended. */
  sent(): (outcome: Outcome) => void {
    const request = { atMs: this.#clock.now() }
    const isUsual = this.#isUsual
    this.#underWay.add(request)
    return (outcome) => {
      this.#underWay.delete(request)
      if (outcome === 'unsent') return
      const atMs = this.#clock.now()
      this.#last = { atMs, tookMs: atMs - request.atMs }
      if (isUsual && outcome === 'answered' && this.#usualTimesMs.length < USUAL_OF)
        this.#usualTimesMs.push(this.#last.tookMs)
    }
  }

  /** Only requests that were sent before tell how long the app usually takes: new containers take processor time from it. */
  noteFirstStart(): void {
    this.#isUsual = false
  }

  /** Whether the last answer took far longer than usual, or one is waited for that long. */
  get isSlow(): boolean {
    const middle = Math.floor(this.#usualTimesMs.length / 2)
    const usualMs = this.#usualTimesMs.toSorted((a, b) => a - b)[middle] ?? Infinity
    const nowMs = this.#clock.now()
    const lastMs = nowMs - this.#last.atMs > FRESH_MS ? 0 : this.#last.tookMs
    const waitedMs = [...this.#underWay].map(({ atMs }) => nowMs - atMs)
    return Math.max(lastMs, ...waitedMs) > Math.max(LEAST_SLOW_MS, SLOW_FACTOR * usualMs)
  }

  /** Waits while the app is slow, at most so many ms; resolves with the ms it took. Throws the signal's reason. */
  async waitWhileSlow(mostMs: number, signal: AbortSignal): Promise<number> {
    const startedAtMs = this.#clock.now()
    const waitedMs = (): number => this.#clock.now() - startedAtMs
    while (this.isSlow && waitedMs() < mostMs) await this.#clock.sleep(LOOK_EVERY_MS, signal)
    return waitedMs()
  }
}

/** For the result of a step: `after a pause of 2.1 s, because the app answered slowly`; undefined for a short one. */
export function describePause(ms: number): string | undefined {
  return ms < 100
    ? undefined
    : `after a pause of ${(ms / 1000).toFixed(1)} s, because the app answered slowly`
}
