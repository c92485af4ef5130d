import type { Clock } from '../../src/shared/clock.ts'

/** A clock that stands still until `advance` moves it; sleepers wake in order as their time comes. */
export class TerminalClock implements Clock {
  #now: number
  #sleepers: { at: number; wake: () => void }[] = []

  constructor(now = 0) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => reject(signal?.reason as Error)
      signal?.addEventListener('abort', abort, { once: true })
      const wake = (): void => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      this.#sleepers.push({ at: this.#now + ms, wake })
    })
  }

  /** Moves time on, stopping at each sleeper on the way and letting what it wakes run. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      this.#sleepers.sort((a, b) => a.at - b.at)
      const next = this.#sleepers[0]
      if (!next || next.at > end) break
      this.#sleepers.shift()
      this.#now = next.at
      next.wake()
      await new Promise(setImmediate)
    }
    this.#now = end
  }
}
