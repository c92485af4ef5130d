import { lstat, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Larger than any file written by hand. */
const largestBytes = 1024 * 1024

/** The readable files of a directory. */
export type RepositoryFiles = {
  /** Text by path from the directory, with `/`. */
  files: Record<string, string>
  /** Paths that git tracks; undefined outside a git repository, and in a new one, in which nothing is forgotten. */
  tracked: ReadonlySet<string> | undefined
}

/**
 * The files of a directory whose paths `isRead` accepts. In a git repository these are the tracked files and new ones
 * that are not ignored; elsewhere all files except installed packages. Files of more than 1 MiB and unreadable files are
 * skipped.
 */
export async function readRepositoryFiles(
  directory: string,
  isRead: (path: string) => boolean,
): Promise<RepositoryFiles> {
  const [tracked, others] = await Promise.all([
    listByGit(directory, '--cached'),
    listByGit(directory, '--others'),
  ])
  const paths = tracked === undefined ? await walk(directory, '') : [...tracked, ...(others ?? [])]
  const read = [...new Set(paths)].filter(isRead).sort()
  const texts = await Promise.all(
    read.map(async (path) => [path, await readText(join(directory, path))] as const),
  )
  return {
    files: Object.fromEntries(
      texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])),
    ),
    tracked: tracked?.length ? new Set(tracked) : undefined,
  }
}

/**
 * Writes new texts to files of a directory, and returns the skipped paths with the reason: a link, since the write would
 * happen elsewhere, or a file that cannot be written.
 */
export async function writeRepositoryFiles(
  directory: string,
  texts: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const refused = new Map<string, string>()
  for (const [path, text] of texts) {
    const full = join(directory, path)
    const found = await lstat(full).catch(() => undefined)
    if (found?.isSymbolicLink()) refused.set(path, 'it is a link')
    else {
      await writeFile(full, text).catch((error: unknown) => {
        refused.set(path, `it cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`)
      })
    }
  }
  return refused
}

/** Undefined without git or a repository. */
async function listByGit(directory: string, which: '--cached' | '--others'): Promise<string[] | undefined> {
  const argv = ['-C', directory, 'ls-files', '-z', which, '--exclude-standard']
  const output = await run('git', argv, { maxBuffer: 256 * 1024 * 1024 }).catch(() => undefined)
  return output?.stdout.split('\0').filter((path) => path !== '')
}

async function walk(directory: string, below: string): Promise<string[]> {
  const entries = await readdir(join(directory, below), { withFileTypes: true }).catch(() => [])
  const found = entries.map(async (entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isFile()) return [path]
    return entry.isDirectory() && !['.git', 'node_modules', 'vendor', '.venv'].includes(entry.name)
      ? walk(directory, path)
      : []
  })
  return (await Promise.all(found)).flat()
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path)
    return size > largestBytes ? undefined : await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}
