import { readFile } from 'node:fs/promises'
import { join, normalize, posix } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import { isEnvFile } from './bundle-path.ts'
import { ignoredByGit } from './list-files.ts'

const oneOrMany = z.union([z.string(), z.array(z.string())])
const envFileEntry = z.union([z.string(), z.looseObject({ path: z.string() })])

/** Places where a compose file refers to another file that Compose reads for its model. */
const namesSchema = z.looseObject({
  include: z
    .array(
      z.union([z.string(), z.looseObject({ path: oneOrMany.optional(), env_file: oneOrMany.optional() })]),
    )
    .nullish(),
  services: z
    .record(
      z.string(),
      z
        .looseObject({
          extends: z.union([z.string(), z.looseObject({ file: z.string().optional() })]).nullish(),
          env_file: z.union([envFileEntry, z.array(envFileEntry)]).nullish(),
          label_file: oneOrMany.nullish(),
        })
        .nullish(),
    )
    .nullish(),
})

/**
 * The compose files and all files that they include, extend or read, as paths relative to `directory`, without the
 * server's own files such as `.env`.
 * Throws COMPOSE_MISSING if a compose file does not exist, and COMPOSE_INVALID if it is not YAML.
 */
export async function composeReferences(
  directory: string,
  composeFiles: readonly string[],
): Promise<string[]> {
  const found = await followReferences(composeFiles, (name) =>
    readFile(join(directory, name), 'utf8').catch(() => undefined),
  )
  const missing = composeFiles.find((file) => !found.includes(plainName(file)))
  if (missing !== undefined) throw new DrayError('COMPOSE_MISSING', `There is no ${missing} in ${directory}.`)
  // An env file that git ignores is a secret of this machine, or the server's own.
  const ignored = await ignoredByGit(directory, found)
  return found.filter((name) => /\.ya?ml$/.test(name) || !ignored.has(name))
}

/**
 * The same for files from any source: `read` returns the text of one, or undefined if it does not exist. Only names are
 * read; Compose interprets the rest.
 */
export async function followReferences(
  composeFiles: readonly string[],
  read: (name: string) => Promise<string | undefined>,
): Promise<string[]> {
  const found = new Set<string>()
  const visit = async (path: string): Promise<void> => {
    const name = plainName(path)
    if (found.has(name) || isEnvFile(name) || name.startsWith('..') || name.startsWith('/')) return
    const text = await read(name)
    if (text === undefined) return
    found.add(name)
    if (!/\.ya?ml$/.test(name)) return
    for (const next of namedIn(text, name)) await visit(posix.join(posix.dirname(name), next))
  }
  for (const file of composeFiles) await visit(file)
  return [...found]
}

function plainName(path: string): string {
  return posix.normalize(normalize(path).replaceAll('\\', '/'))
}

function namedIn(text: string, name: string): string[] {
  let content: unknown
  try {
    content = parse(text, { merge: true, logLevel: 'error' })
  } catch (error) {
    const reason =
      error instanceof Error ? (error.message.split('\n')[0] ?? '').replace(/:$/, '.') : String(error)
    throw new DrayError('COMPOSE_INVALID', `${name} is not YAML: ${reason}`, { cause: error })
  }
  const names = namesSchema.safeParse(content)
  if (!names.success) return []
  const services = Object.values(names.data.services ?? {})
  return [
    ...(names.data.include ?? []).flatMap((it) =>
      typeof it === 'string' ? [it] : [it.path ?? [], it.env_file ?? []].flat(),
    ),
    ...services.flatMap((service) =>
      typeof service?.extends === 'object' ? (service.extends?.file ?? []) : [],
    ),
    ...services.flatMap((service) =>
      [service?.env_file ?? []].flat().map((it) => (typeof it === 'string' ? it : it.path)),
    ),
    ...services.flatMap((service) => [service?.label_file ?? []].flat()),
  ]
}
