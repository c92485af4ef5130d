import { access, readFile, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { LeftOut } from '../../deploy/model/left-out.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { isPrivateKey, isPrivatePath, whyPrivate } from '../../shared/private-file.ts'
import { findUnwanted, walk, walkPattern } from './list-files.ts'
import { compilePattern, startOfPattern } from './path-pattern.ts'

/** What is not shipped of the entries of `bundle.include` and of the mounted paths. */
export async function findLeftOut(
  directory: string,
  paths: Partial<Record<'include' | 'exclude' | 'mounted', readonly string[]>>,
): Promise<LeftOut[]> {
  const { include = [], exclude = [], mounted = [] } = paths
  const found = await Promise.all([
    findLeftOutEntries(directory, include),
    findLeftOutMounts(directory, { mounted, exclude }),
  ])
  return found.flat()
}

/**
 * The entries of `bundle.include` that name something of which nothing is shipped. A path that does not exist
 * belongs to the server.
 */
async function findLeftOutEntries(directory: string, include: readonly string[]): Promise<LeftOut[]> {
  const found = await Promise.all(
    include.map(async (entry) => ({ entry, reason: await whyLeftOut(directory, entry) })),
  )
  return found.flatMap(({ entry, reason }) => (reason === undefined ? [] : [{ entry, reason }]))
}

/**
 * The mounted paths, and the links in mounted directories, that are not shipped because they are private or lead to a private file.
 * Those that git ignores belong to the server.
 */
async function findLeftOutMounts(
  directory: string,
  { mounted, exclude }: { mounted: readonly string[]; exclude: readonly string[] },
): Promise<LeftOut[]> {
  const inside = mounted.filter((path) => path !== '' && path !== '.' && !path.startsWith('..'))
  const isExcluded = exclude.map(compilePattern)
  const found = await Promise.all(
    [...new Set(inside)].map(async (path) =>
      isPrivatePath(path) ? await nameIfThere(directory, path) : await findPrivateLinks(directory, path),
    ),
  )
  return found
    .flat()
    .filter(({ entry }) => !isExcluded.some((matches) => matches(entry)))
    .map((it) => ({ ...it, isMounted: true }))
}

async function nameIfThere(directory: string, path: string): Promise<LeftOut[]> {
  return (await exists(join(directory, path))) ? [{ entry: path, reason: whyPrivate }] : []
}

async function findPrivateLinks(directory: string, path: string): Promise<LeftOut[]> {
  // A link to outside is refused where the files are read.
  const paths = await walk(directory, path).catch(() => [])
  const root = await realpath(directory)
  const found = await Promise.all(
    paths.map(async (entry) => {
      const target = relative(root, await realpath(join(directory, entry)))
        .split(sep)
        .join('/')
      return isPrivatePath(target) ? [{ entry, reason: `it leads to ${target}, and ${whyPrivate}` }] : []
    }),
  )
  return found.flat()
}

async function whyLeftOut(directory: string, entry: string): Promise<string | undefined> {
  try {
    const start = startOfPattern(entry)
    if (isPrivatePath(start)) return (await exists(join(directory, start))) ? whyPrivate : undefined
    const paths = await walkPattern(directory, entry)
    const [first] = paths
    if (first === undefined) return undefined
    const unwanted = await findUnwanted(directory, paths, isPrivatePath)
    if (paths.some((path) => !unwanted.has(path))) {
      const isKey = paths.length === 1 && isPrivateKey(await readFile(join(directory, first)))
      return isKey ? `${first} is a private key` : undefined
    }
    const [root, real] = await Promise.all([directory, join(directory, first)].map((it) => realpath(it)))
    const target = relative(root ?? '', real ?? '')
      .split(sep)
      .join('/')
    return isPrivatePath(target) ? `${first} leads to ${target}, and ${whyPrivate}` : `git ignores ${first}`
  } catch (error) {
    if (error instanceof DrayError) return error.message.replace(/\.$/, '')
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
