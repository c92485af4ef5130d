import { access, readFile, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { LeftOut } from '../../deploy/model/left-out.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { isPrivateKey, isPrivatePath, whyPrivate } from '../../shared/private-file.ts'
import { findUnwanted, walkPattern } from './list-files.ts'
import { startOfPattern } from './path-pattern.ts'

/**
 * The entries of `bundle.include` that name something of which nothing is shipped. A path that does not exist
 * belongs to the server.
 */
export async function findLeftOut(directory: string, include: readonly string[]): Promise<LeftOut[]> {
  const found = await Promise.all(
    include.map(async (entry) => ({ entry, reason: await whyLeftOut(directory, entry) })),
  )
  return found.flatMap(({ entry, reason }) => (reason === undefined ? [] : [{ entry, reason }]))
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
