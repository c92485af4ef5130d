import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { imageCache } from './cache.ts'

/**
 * Keeps two runs from making the same images at once: resolves when no other has the lock. flock(1) lets go of it as soon
 * as this process is gone, whatever the reason.
 */
export async function lockImageCache(): Promise<AsyncDisposable> {
  await mkdir(imageCache, { recursive: true })
  const holder = spawn('flock', [join(imageCache, 'lock'), 'sh', '-c', 'echo locked; read -r line'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(holder, 'exit')
  // Without flock, or when it fails, the wait ends with what went wrong.
  await Promise.race([
    once(holder.stdout, 'data'),
    exited.then(() => Promise.reject(new Error('flock failed'))),
  ])
  return {
    async [Symbol.asyncDispose]() {
      holder.stdin.end()
      await exited
    },
  }
}
