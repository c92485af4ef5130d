import type { Clock } from '../../../../shared/clock.ts'

/** Things that are open while they are asked for. */
export type Leases<T extends Disposable> = Disposable & {
  /** The thing of this name, opened if necessary; it is disposed of when nothing has asked for it for a while. */
  get(name: string, open: () => T): T
}

/**
 * Keeps each thing for `forMs` after the last question: a page asks again and again, and one that was closed or hidden does not
 * say so.
 */
export function createLeases<T extends Disposable>(clock: Clock, forMs: number): Leases<T> {
  const open = new Map<string, { thing: T; askedAtMs: number }>()
  const ending = new AbortController()

  const expire = async (name: string): Promise<void> => {
    for (;;) {
      const lease = open.get(name)
      if (lease === undefined) return
      const leftMs = lease.askedAtMs + forMs - clock.now()
      if (leftMs <= 0 || ending.signal.aborted) {
        open.delete(name)
        lease.thing[Symbol.dispose]()
        return
      }
      await clock.sleep(leftMs, ending.signal).catch(() => undefined)
    }
  }

  return {
    get: (name, make) => {
      const known = open.get(name)
      if (known !== undefined) {
        known.askedAtMs = clock.now()
        return known.thing
      }
      const thing = make()
      open.set(name, { thing, askedAtMs: clock.now() })
      void expire(name)
      return thing
    },
    [Symbol.dispose]: () => ending.abort(),
  }
}
