import type { Clock } from '../../shared/clock.ts'
import type { AnswerTimes } from './answer-times.ts'

/** Docker takes the networks of stopped containers apart meanwhile: of 50 at once on two cores, requests waited for six seconds. */
const AT_ONCE = 8
/** While the app is slow, the next stop waits so long for the ones under way. */
const SLOW_PAUSE_MS = 1_500
const LOOK_EVERY_MS = 100

/** Lets few containers of a host stop at the same time, and hardly more than one while the app answers slowly. */
export class StopTurns {
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #answers: Pick<AnswerTimes, 'isSlow'>
  readonly #clock: Clock
  #begunAtMs = -Infinity

  constructor(answers: Pick<AnswerTimes, 'isSlow'>, clock: Clock) {
    this.#answers = answers
    this.#clock = clock
  }

  /** Calls `stop` when it is its turn, and resolves when it has ended. Throws what it throws, or the signal's reason before. */
  async run(stop: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    while (this.#isFull()) {
      signal?.throwIfAborted()
      const look = this.#underWay.size < AT_ONCE ? [this.#clock.sleep(LOOK_EVERY_MS)] : []
      await Promise.race([...this.#underWay, ...look])
    }
    signal?.throwIfAborted()
    this.#begunAtMs = this.#clock.now()
    const stopping = stop()
    const ended: Promise<unknown> = stopping.catch(() => undefined).then(() => this.#underWay.delete(ended))
    this.#underWay.add(ended)
    await stopping
  }

  #isFull(): boolean {
    if (this.#underWay.size >= AT_ONCE) return true
    const isFresh = this.#clock.now() - this.#begunAtMs < SLOW_PAUSE_MS
    return this.#underWay.size > 0 && isFresh && this.#answers.isSlow
  }
}
