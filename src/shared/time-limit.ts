import { systemClock, type Clock } from './clock.ts'

/** A time limit for an operation. Dispose of it when the operation has ended, or its timer keeps the process alive. */
export type TimeLimit = Disposable & {
  /** Aborts when the time is over, or with the reason of the outer signal. */
  signal: AbortSignal
  /** True once the time is over; false when the outer signal aborted. */
  readonly isOver: boolean
  /** Starts the limit again, with `ms` milliseconds from now. */
  restart(ms: number): void
}

/** A limit of `ms` milliseconds from now; `Infinity` means no limit. `signal` is the outer signal. */
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
