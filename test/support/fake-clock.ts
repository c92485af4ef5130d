import type { Clock } from '../../src/shared/clock.ts'

/** A clock that moves on its own: when everything waits, it is the time at which the first sleeper wakes. */
export class FakeClock implements Clock {
  #now: number
  #sleepers: { at: number; wake: () => void }[] = []
  #isMoving = false

  constructor(now = 1_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    return new Promise((resolve, reject) => {
      const sleeper = { at: this.#now + ms, wake: (): void => undefined }
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((it) => it !== sleeper)
        reject(signal?.reason as Error)
      }
      sleeper.wake = () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#sleepers.push(sleeper)
      this.#move()
    })
  }

  /** Two turns of the event loop let all that is ready run first. */
  #move(): void {
    if (this.#isMoving) return
    this.#isMoving = true
    setImmediate(() => setImmediate(() => this.#wakeFirst()))
  }

  #wakeFirst(): void {
    this.#isMoving = false
    const first = [...this.#sleepers].sort((a, b) => a.at - b.at)[0]
    if (first === undefined) return
    this.#sleepers = this.#sleepers.filter((it) => it !== first)
    this.#now = Math.max(this.#now, first.at)
    first.wake()
    if (this.#sleepers.length > 0) this.#move()
  }
}
