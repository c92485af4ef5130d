import type { Clock } from '../../shared/clock.ts'
import type { AnswerTimes } from './answer-times.ts'

/** Docker takes the networks of stopped containers apart meanwhile: of 50 at once on two cores, requests waited for six seconds. */
const AT_ONCE = 8
/** While the app is slow, the next turn begins so long after the last one, or sooner if that has ended. */
const SLOW_APART_MS = 1_500
const LOOK_EVERY_MS = 100

/** Lets few services of a host stop their containers at the same time, and one after the other while the app answers slowly. */
export class StopTurns {
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #answers: Pick<AnswerTimes, 'isSlow'>
  readonly #clock: Clock
  #begunAtMs = -Infinity

  constructor(answers: Pick<AnswerTimes, 'isSlow'>, clock: Clock) {
    this.#answers = answers
    this.#clock = clock
  }

  /**
   * Calls `stop` when it is its turn, and resolves when it has ended. In an undo, nothing waits for a slow app (`hurries`): it is slow
   * because of what stops. Throws what `stop` throws, or the signal's reason before.
   */
  async run(
    stop: () => Promise<void>,
    { signal, hurries = false }: { signal?: AbortSignal; hurries?: boolean } = {},
  ): Promise<void> {
    while (this.#underWay.size >= AT_ONCE || (!hurries && this.#mustWait())) {
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

  #mustWait(): boolean {
    if (this.#underWay.size === 0 || this.#clock.now() - this.#begunAtMs >= SLOW_APART_MS) return false
    return this.#answers.isSlow
  }
}
