/** Docker takes the networks of stopped containers apart meanwhile: of 50 at once on two cores, requests waited for six seconds. */
const AT_ONCE = 8

/** Lets few containers of a host stop at the same time. */
export class StopTurns {
  readonly #underWay = new Set<Promise<unknown>>()

  /** Calls `stop` when it is its turn, and resolves when it has ended. Throws what it throws, or the signal's reason before. */
  async run(stop: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    while (this.#underWay.size >= AT_ONCE) await Promise.race(this.#underWay)
    signal?.throwIfAborted()
    const stopping = stop()
    const ended: Promise<unknown> = stopping.catch(() => undefined).then(() => this.#underWay.delete(ended))
    this.#underWay.add(ended)
    await stopping
  }
}
