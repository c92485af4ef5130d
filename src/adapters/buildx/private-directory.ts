import { access, constants, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type PrivateDirectory = AsyncDisposable & { path: string }

/**
 * A directory that only this user can read, in memory where the machine has a place for that, else in `fallback` or where
 * temporary files go. Disposing of it removes it with all that is in it.
 */
export async function makePrivateDirectory(fallback = tmpdir()): Promise<PrivateDirectory> {
  const memory = '/dev/shm'
  const isWritable = await access(memory, constants.W_OK).then(
    () => true,
    () => false,
  )
  const path = await mkdtemp(join(isWritable ? memory : fallback, 'dray-build-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
