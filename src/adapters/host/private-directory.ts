import { access, constants, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { kill, pid as ownPid } from 'node:process'

export type PrivateDirectory = AsyncDisposable & { path: string }

/** A file system in memory, where Linux has one: what is there is never on a disk. */
const MEMORY = '/dev/shm'

/**
 * A directory that only this user can read: below `runnerTemp`, which a runner of Actions empties after the job, else in
 * memory where the machine has a place for that, else where temporary files go. Disposing of it removes it with all that is
 * in it; what a dray that was killed could not remove, is removed when the next one makes its own. `purpose` is part of
 * its name.
 */
export async function makePrivateDirectory(purpose: string, runnerTemp?: string): Promise<PrivateDirectory> {
  const parent = runnerTemp || ((await isWritable(MEMORY)) ? MEMORY : tmpdir())
  await removeAbandoned(parent)
  const path = await mkdtemp(join(parent, `dray-${purpose}-${ownPid}-`))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Removes the directories of this user whose process has ended without doing so. */
async function removeAbandoned(parent: string): Promise<void> {
  const names = await readdir(parent).catch((): string[] => [])
  for (const name of names) {
    const pid = /^dray-[a-z]+-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    const path = join(parent, name)
    const found = await stat(path).catch(() => undefined)
    if (found?.uid === userInfo().uid) await rm(path, { recursive: true, force: true })
  }
}

/** Whether there is such a process, of whatever user. */
function isRunning(pid: number): boolean {
  try {
    return kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

async function isWritable(directory: string): Promise<boolean> {
  return access(directory, constants.W_OK).then(
    () => true,
    () => false,
  )
}
