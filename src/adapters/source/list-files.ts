import { execFile } from 'node:child_process'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { DrayError } from '../../errors/dray-error.ts'
import { isPrivatePath } from '../../shared/private-file.ts'
import { compilePattern, startOfPattern } from './path-pattern.ts'

const run = promisify(execFile)

/** Files to list: `paths` with everything below them, and the patterns `include` and `exclude`. */
type Wanted = { paths: readonly string[]; include: readonly string[]; exclude: readonly string[] }

/**
 * Lists files as paths relative to `directory`, with `/`. Files that git ignores are skipped (such as a database's data
 * next to the compose file), and so are those of `isPrivatePath`, under their own path or that of a link to them. A path
 * that does not exist belongs to the server. Throws COMPOSE_PATH_OUTSIDE for a link to outside the directory.
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
    .filter((path) => !isPrivatePath(path) && !isExcluded.some((matches) => matches(path)))
    .sort()
  const unwanted = await findUnwanted(directory, candidates, isPrivatePath)
  return candidates.filter((path) => !unwanted.has(path))
}

/**
 * The paths that git ignores, or that lead to a file of which `isUnwanted` or git says so. Throws COMPOSE_PATH_OUTSIDE for a
 * path that leads out of the directory.
 */
export async function findUnwanted(
  directory: string,
  paths: readonly string[],
  isUnwanted: (path: string) => boolean,
): Promise<ReadonlySet<string>> {
  const root = await realpath(directory)
  const inside = (path: string): string => relative(root, path).split(sep).join('/')
  const places = await Promise.all(
    paths.map(async (path) => ({
      path,
      // Without links on the way, since git refuses a path beyond one.
      spelled: inside(join(await realpath(dirname(join(directory, path))), basename(path))),
      target: await targetInside(directory, path).then(inside, (error: unknown) => error),
    })),
  )
  const names = places.flatMap(({ spelled, target }) =>
    [spelled, typeof target === 'string' ? target : []].flat(),
  )
  const ignored = await ignoredByGit(
    directory,
    names.filter((name) => !name.startsWith('../')),
  )
  const isOut = (name: string): boolean => isUnwanted(name) || ignored.has(name)
  const unwanted = places.filter(({ spelled, target }) => {
    if (isOut(spelled)) return true
    if (typeof target !== 'string') throw target
    return isOut(target)
  })
  return new Set(unwanted.map(({ path }) => path))
}

/** The paths that match a pattern, without those of `isPrivatePath`. */
export async function walkPattern(directory: string, pattern: string): Promise<string[]> {
  const isMeant = compilePattern(pattern)
  return (await walk(directory, startOfPattern(pattern), { followLink: isMeant, links: [] })).filter(isMeant)
}

/** The files at and below a path. `links`: directories that links on the way led to; meeting one again would never end. */
export async function walk(
  directory: string,
  path: string,
  { followLink, links } = { followLink: (_path: string) => true, links: [] as readonly string[] },
): Promise<string[]> {
  const full = join(directory, path)
  const found = await lstat(full).catch(() => undefined)
  if (found === undefined || isPrivatePath(path)) return []
  if (found.isSymbolicLink() && !followLink(path)) return []
  const target = found.isSymbolicLink() ? await targetInside(directory, path) : full
  const kind = target === full ? found : await lstat(target)
  if (kind.isFile()) return [path.split(sep).join('/')]
  if (!kind.isDirectory() || links.includes(target)) return []
  const names = await readdir(full)
  const way = { followLink, links: target === full ? links : [...links, target] }
  return (await Promise.all(names.map((name) => walk(directory, join(path, name), way)))).flat()
}

/**
 * The target of a path that is or contains a link. Throws COMPOSE_PATH_OUTSIDE if it is outside the directory or missing.
 */
export async function targetInside(directory: string, path: string): Promise<string> {
  const target = await realpath(join(directory, path)).catch(() => undefined)
  if (target === undefined)
    throw new DrayError('COMPOSE_PATH_OUTSIDE', `${path} is a link to a path that does not exist.`)
  if (!/^\.\.(?:\/|$)/.test(relative(await realpath(directory), target))) return target
  throw new DrayError('COMPOSE_PATH_OUTSIDE', `${path} is a link to outside the app's directory.`)
}

/**
 * `git check-ignore` exits with 1 if nothing is ignored, and with 128 outside a repository, where nothing is ignored
 * either. Its output may be long: a database's files may be next to the compose file.
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
