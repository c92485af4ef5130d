import { readlinkSync } from 'node:fs'
import { access, constants, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { kill, pid as ownPid } from 'node:process'
import { systemClock } from '../../shared/clock.ts'

export type PrivateDirectory = AsyncDisposable & { path: string }

/** A file system in memory, on Linux: its files are never on a disk. */
const MEMORY = '/dev/shm'

/**
 * A directory that only this user can read: below `runnerTemp`, which an Actions runner empties after the job, else in
 * memory if the machine has a place for that, else in the directory for temporary files. Disposing of it removes it with
 * its content. If dray is killed, the next dray removes it when it creates its own. `purpose` is part of its name.
 */
export async function makePrivateDirectory(purpose: string, runnerTemp?: string): Promise<PrivateDirectory> {
  const parent = runnerTemp || ((await isWritable(MEMORY)) ? MEMORY : tmpdir())
  await removeAbandoned(parent)
  const path = await mkdtemp(join(parent, prefixOf(purpose)))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Whether a path is in such a directory. */
export function isInPrivateDirectory(path: string): boolean {
  return path.split('/').some((part) => NAME.test(part))
}

const NAME = /^dray-[a-z]+-(\d+)([a-z][0-9a-z]*)?-/
const DAY_MS = 86_400_000

/**
 * Removes this user's directories of such a name whose process no longer exists, after a SIGKILL. A process of another PID namespace,
 * such as of a container that shares `/dev/shm`, cannot be seen: its directory is removed when it is a day old.
 */
export async function removeAbandoned(parent: string): Promise<void> {
  const names = await readdir(parent).catch((): string[] => [])
  for (const name of names) {
    const [, pid, namespace = ''] = NAME.exec(name) ?? []
    if (pid === undefined) continue
    const isVisible = namespace === ownNamespace()
    if (isVisible && isRunning(Number(pid))) continue
    const path = join(parent, name)
    const found = await stat(path).catch(() => undefined)
    if (found?.uid !== userInfo().uid) continue
    if (isVisible || systemClock.now() - found.mtimeMs > DAY_MS)
      await rm(path, { recursive: true, force: true })
  }
}

/** Whether a process exists, of any user. */
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

/** The first part of a directory's name, which says what it is for and which process made it. */
export function prefixOf(purpose: string): string {
  return `dray-${purpose}-${ownPid}${ownNamespace()}-`
}

/**
 * Names the PID namespace of this process in few characters, since the path of a socket is short; empty where the system has no such namespaces.
 * https://man7.org/linux/man-pages/man7/namespaces.7.html
 */
function ownNamespace(): string {
  try {
    const inode = Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0])
    return `n${(inode % 36 ** 4).toString(36)}`
  } catch {
    return ''
  }
}
