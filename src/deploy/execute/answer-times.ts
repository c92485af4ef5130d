import type { Clock } from '../../shared/clock.ts'

/** An answer is slow if it takes so many times as long as usual, and at least so long. */
const SLOW_TIMES = 3
const LEAST_SLOW_MS = 200
const LOOK_EVERY_MS = 50

/** How long the app takes to answer the probe on one host. Without a probe it is never slow. */
export class AnswerTimes {
  readonly #clock: Clock
  readonly #sentAtMs = new Set<{ readonly atMs: number }>()
  readonly #before: number[] = []
  #limitMs: number | undefined
  #lastMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Notes that a request was sent; the result is to be called when it has ended. */
  sent(): () => void {
    const request = { atMs: this.#clock.now() }
    this.#sentAtMs.add(request)
    return () => {
      this.#sentAtMs.delete(request)
      this.#lastMs = this.#clock.now() - request.atMs
      if (this.#limitMs === undefined) this.#before.push(this.#lastMs)
    }
  }

  /** The answers so far tell how long the app usually takes: from now on, new containers take processor time from it. */
  startsContainers(): void {
    const usualMs = this.#before.toSorted((a, b) => a - b)[Math.floor(this.#before.length / 2)] ?? Infinity
    this.#limitMs ??= Math.max(LEAST_SLOW_MS, SLOW_TIMES * usualMs)
  }

  /** Whether the last answer took far longer than usual, or one is waited for that long: the host is short of processor time. */
  get isSlow(): boolean {
    const waitedMs = [...this.#sentAtMs].map(({ atMs }) => this.#clock.now() - atMs)
    return Math.max(this.#lastMs, ...waitedMs) > (this.#limitMs ?? Infinity)
  }

  /** Waits while the app is slow, at most so many ms; resolves with the ms it took. Throws the signal's reason. */
  async whileSlow(mostMs: number, signal: AbortSignal): Promise<number> {
    const startedAtMs = this.#clock.now()
    const waitedMs = (): number => this.#clock.now() - startedAtMs
    while (this.isSlow && waitedMs() < mostMs) await this.#clock.sleep(LOOK_EVERY_MS, signal)
    return waitedMs()
  }
}
