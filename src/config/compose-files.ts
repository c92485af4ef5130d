import { access, readFile } from 'node:fs/promises'
import path from 'node:path'
import { DrayError } from '../errors/dray-error.ts'

/** In Compose's lookup order (compose-spec, "Compose file"). */
const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']

/** Compose reads the first of these on top of its default file, in this order. */
const overrideNames = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
]

export type ComposeFiles = {
  /** Absolute directory of the first file: Compose's project directory. */
  projectDirectory: string
  /** Relative to it, with `/`; at least one. */
  files: readonly string[]
}

/** Name of the compose file that Compose uses by default in a directory, or undefined. */
export async function findComposeFile(directory: string): Promise<string | undefined> {
  for (const name of composeNames) {
    if (await exists(path.join(directory, name))) return name
  }
  return undefined
}

/**
 * The compose files of an environment: those it names, relative to `directory`, or those that Compose reads by default:
 * one with a default name and its override file.
 * Throws COMPOSE_MISSING, and COMPOSE_PATH_OUTSIDE when a further file is not beside or below the first.
 */
export async function chooseComposeFiles(
  directory: string,
  named: string | readonly string[] | undefined,
): Promise<ComposeFiles> {
  const names = typeof named === 'string' ? [named] : (named ?? (await defaultComposeFiles(directory)))
  const absolute = names.map((name) => path.resolve(directory, name))
  for (const [index, file] of absolute.entries()) {
    if (!(await exists(file))) {
      throw new DrayError(
        'COMPOSE_MISSING',
        `The compose file ${names[index] ?? file} does not exist in ${directory}.`,
      )
    }
  }
  const projectDirectory = path.dirname(absolute[0] ?? directory)
  return { projectDirectory, files: absolute.map((file) => relativeInside(projectDirectory, file)) }
}

async function defaultComposeFiles(directory: string): Promise<string[]> {
  const found = await findComposeFile(directory)
  if (found !== undefined) return [found, ...(await findOverride(directory))]
  throw new DrayError(
    'COMPOSE_MISSING',
    `${directory} has no compose file; looked for ${composeNames.join(', ')}.`,
    { hint: 'Create a compose file, or name it with `compose:` in dray.yml.' },
  )
}

/** The user's override file; not one that dray wrote, where the app is deployed to its own directory. */
async function findOverride(directory: string): Promise<string[]> {
  for (const name of overrideNames) {
    const text = await readFile(path.join(directory, name), 'utf8').catch(() => undefined)
    if (text !== undefined) return text.startsWith('# Written by dray') ? [] : [name]
  }
  return []
}

function relativeInside(directory: string, file: string): string {
  const relative = path.relative(directory, file)
  if (!relative.startsWith('..')) return relative.split(path.sep).join('/')
  throw new DrayError(
    'COMPOSE_PATH_OUTSIDE',
    `The compose file ${file} is outside ${directory}, the directory of the first one.`,
    { hint: 'Move it beside or below the first compose file.' },
  )
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
