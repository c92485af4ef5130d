import { readFile } from 'node:fs/promises'
import { join, normalize, posix } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import { parseComposeFile } from '../../shared/compose-file.ts'
import { isEnvFile } from '../../shared/private-file.ts'
import { findUnwanted } from './list-files.ts'

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
  const others = found.filter((name) => !/\.ya?ml$/.test(name))
  const unwanted = await findUnwanted(directory, others, isEnvFile)
  return found.filter((name) => !unwanted.has(name))
}

/** Texts of the compose files among `composeReferences`. Throws as it does. */
export async function readComposeTexts(
  directory: string,
  composeFiles: readonly string[],
): Promise<string[]> {
  const files = (await composeReferences(directory, composeFiles)).filter((name) => /\.ya?ml$/.test(name))
  return Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')))
}

/**
 * `composeReferences` for files from any source: `read` returns the text of one, or undefined if it does not exist. Only names are
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

/** Files that Compose reads for the model of this one, relative to it. */
function namedIn(text: string, name: string): string[] {
  const { syntaxError, includedFiles, services } = parseComposeFile(text)
  if (syntaxError !== undefined) throw new DrayError('COMPOSE_INVALID', `${name} is not YAML: ${syntaxError}`)
  return [
    ...includedFiles,
    ...services.flatMap(({ extendedFile }) => extendedFile ?? []),
    ...services.flatMap(({ envFiles }) => envFiles),
    ...services.flatMap(({ labelFiles }) => labelFiles),
  ]
}
