import { systemClock, type Clock } from './clock.ts'

/** How long something may take. Dispose of it when that has ended: no timer stays behind, which would keep the process. */
export type TimeLimit = Disposable & {
  /** Aborts when the time is over, or with the reason of the outer signal. */
  signal: AbortSignal
  /** Whether the time is over; false when the outer signal aborted. */
  readonly isOver: boolean
  /** Begins anew, with `ms` from now. */
  restart(ms: number): void
}

/** A limit of `ms` milliseconds from now; `Infinity` is none. `signal` is the outer signal. */
export function startTimeLimit(
  ms: number,
  { clock = systemClock, signal }: { clock?: Clock; signal?: AbortSignal } = {},
): TimeLimit {
  const time = new AbortController()
  let timer = new AbortController()
  const start = (lengthMs: number): void => {
    if (lengthMs === Infinity) return
    clock.sleep(lengthMs, timer.signal).then(
      () => time.abort(new DOMException('The time is over.', 'TimeoutError')),
      () => undefined,
    )
  }
  start(ms)
  return {
    signal: signal === undefined ? time.signal : AbortSignal.any([signal, time.signal]),
    get isOver() {
      return time.signal.aborted
    },
    restart(lengthMs) {
      timer.abort()
      timer = new AbortController()
      start(lengthMs)
    },
    [Symbol.dispose]: () => timer.abort(),
  }
}
