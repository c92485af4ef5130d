import { once } from 'node:events'

/** Resolves like `wait`; rejects with the signal's reason if the signal aborts first. */
export async function untilOrAborted<Value>(wait: Promise<Value>, signal: AbortSignal): Promise<Value> {
  // After an abort, a rejection of `wait` must not be reported as unhandled.
  wait.catch(() => {})
  signal.throwIfAborted()
  const over = new AbortController()
  const aborted = once(signal, 'abort', { signal: over.signal }).then(() => {
    throw signal.reason
  })
  aborted.catch(() => {})
  try {
    return await Promise.race([wait, aborted])
  } finally {
    over.abort()
  }
}
