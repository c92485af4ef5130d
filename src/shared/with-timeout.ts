import { systemClock } from './clock.ts'

/** What a promise gives or throws, or `otherwise` when it has not settled after `ms`. No timer stays behind, which would keep the process. */
export async function withTimeout<T, U>(promise: Promise<T>, ms: number, otherwise: U): Promise<T | U> {
  const settled = new AbortController()
  const late = systemClock.sleep(ms, settled.signal).then(
    () => otherwise,
    () => otherwise,
  )
  try {
    return await Promise.race([promise, late])
  } finally {
    settled.abort()
  }
}
