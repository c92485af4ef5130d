import { startTimeLimit } from './time-limit.ts'

/** What a promise gives or throws, or `otherwise` when it has not settled after `ms`. No timer stays behind, which would keep the process. */
export async function withTimeout<T, U>(promise: Promise<T>, ms: number, otherwise: U): Promise<T | U> {
  using limit = startTimeLimit(ms)
  const late = new Promise<U>((resolve) => {
    limit.signal.addEventListener('abort', () => resolve(otherwise), { once: true })
  })
  return await Promise.race([promise, late])
}
