import { execFile } from 'node:child_process'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { DrayError } from '../../errors/dray-error.ts'
import { isEnvFile } from './bundle-path.ts'
import { compilePattern, startOfPattern } from './path-pattern.ts'

const run = promisify(execFile)

/** Which files are meant: `paths` with all below them, and what the patterns of `include` and `exclude` say. */
type Wanted = { paths: readonly string[]; include: readonly string[]; exclude: readonly string[] }

/**
 * The files that are wanted, as paths relative to `directory`, with `/`. What git ignores is left out (a database's data
 * beside the compose file is not part of the app), and so are `.git`, `.dray` and env files. A path that is not there is the
 * server's own. Throws COMPOSE_PATH_OUTSIDE for a link that leads out of the directory.
 */
export async function listFiles(directory: string, wanted: Wanted): Promise<string[]> {
  const { paths, include, exclude } = wanted
  const inside = [...new Set(paths)].filter((path) => path !== '' && path !== '.' && !path.startsWith('..'))
  const found = await Promise.all([
    ...inside.map((path) => walk(directory, path)),
    ...include.map((pattern) => walkPattern(directory, pattern)),
  ])
  const isExcluded = exclude.map(compilePattern)
  const candidates = [...new Set(found.flat())]
    .filter((path) => !isEnvFile(path) && !isExcluded.some((matches) => matches(path)))
    .sort()
  const ignored = await ignoredByGit(directory, candidates)
  return candidates.filter((path) => !ignored.has(path))
}

async function walkPattern(directory: string, pattern: string): Promise<string[]> {
  const isMeant = compilePattern(pattern)
  return (await walk(directory, startOfPattern(pattern), { followLink: isMeant, links: [] })).filter(isMeant)
}

/** `links`: the directories that links on the way led to; one that is met again would have no end. */
async function walk(
  directory: string,
  path: string,
  { followLink, links } = { followLink: (_path: string) => true, links: [] as readonly string[] },
): Promise<string[]> {
  const full = join(directory, path)
  const found = await lstat(full).catch(() => undefined)
  if (found === undefined || ['.git', '.dray'].includes(basename(path))) return []
  if (found.isSymbolicLink() && !followLink(path)) return []
  const target = found.isSymbolicLink() ? await targetInside(directory, path) : full
  const kind = target === full ? found : await lstat(target)
  if (kind.isFile()) return [path.split(sep).join('/')]
  if (!kind.isDirectory() || links.includes(target)) return []
  const names = await readdir(full)
  const way = { followLink, links: target === full ? links : [...links, target] }
  return (await Promise.all(names.map((name) => walk(directory, join(path, name), way)))).flat()
}

/** Where a path leads that is a link, or has one in it. Throws COMPOSE_PATH_OUTSIDE when that is not in the directory, or nowhere. */
export async function targetInside(directory: string, path: string): Promise<string> {
  const target = await realpath(join(directory, path)).catch(() => undefined)
  if (target === undefined)
    throw new DrayError('COMPOSE_PATH_OUTSIDE', `${path} is a link that leads nowhere.`)
  if (!/^\.\.(?:\/|$)/.test(relative(await realpath(directory), target))) return target
  throw new DrayError('COMPOSE_PATH_OUTSIDE', `${path} is a link that leads out of the app's directory.`)
}

/**
 * `git check-ignore` exits with 1 when nothing is ignored and with 128 outside a repository: nothing is ignored then. What it
 * prints may be of any length: beside a compose file lies all that a database wrote.
 */
export async function ignoredByGit(
  directory: string,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set()
  const child = run('git', ['-C', directory, 'check-ignore', '-z', '--stdin'], { maxBuffer: Infinity })
  child.child.stdin?.on('error', () => undefined)
  child.child.stdin?.end(paths.join('\0'))
  const output = await child.catch(() => undefined)
  return new Set((output?.stdout ?? '').split('\0').filter((path) => path !== ''))
}
