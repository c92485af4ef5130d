import type { Clock } from '../../shared/clock.ts'

/** Docker takes the networks of stopped containers apart meanwhile: of 50 at once on two cores, requests waited for six seconds. */
const AT_ONCE = 8
/** A stop that takes longer waits for the app's own end: then another one may begin. */
const TURN_MS = 3_000

type Stop = { beganMs: number; ended: Promise<unknown> }

/** Lets few containers of a host stop at the same time. */
export class StopTurns {
  readonly #clock: Clock
  readonly #underWay = new Set<Stop>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `stop` when it is its turn, and resolves when it has ended. Throws what it throws, or the signal's reason before. */
  async run(stop: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    for (let turns = this.#turns(); turns.length >= AT_ONCE; turns = this.#turns()) {
      const over = new AbortController()
      const oldestMs = Math.min(...turns.map(({ beganMs }) => beganMs))
      const waiting = this.#clock.sleep(oldestMs + TURN_MS - this.#clock.now(), over.signal)
      await Promise.race([...turns.map(({ ended }) => ended), waiting])
      over.abort()
      waiting.catch(() => undefined)
    }
    signal?.throwIfAborted()
    const stopping = stop()
    const turn: Stop = { beganMs: this.#clock.now(), ended: stopping.catch(() => undefined) }
    this.#underWay.add(turn)
    try {
      await stopping
    } finally {
      this.#underWay.delete(turn)
    }
  }

  #turns(): Stop[] {
    const now = this.#clock.now()
    return [...this.#underWay].filter(({ beganMs }) => now - beganMs < TURN_MS)
  }
}
