import { once } from 'node:events'

/** Resolves with what is waited for; rejects with the signal's reason when that aborts first. */
export async function untilOrAborted<Value>(wait: Promise<Value>, signal: AbortSignal): Promise<Value> {
  // Nobody listens to it any more once the signal has won.
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
