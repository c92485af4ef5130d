import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument, visit } from 'yaml'
import type { ComposeVariable } from '../../operations/env/review-variables.ts'
import { isAppEnvFile, parseComposeFile } from '../../shared/compose-file.ts'
import { findVariables } from '../../shared/compose-template.ts'
import { readComposeTexts } from './compose-references.ts'

export type ComposeUses = {
  variables: readonly ComposeVariable[]
  /** Services that read all of `.env`: `env_file: .env`. */
  envFileServices: readonly string[]
}

const EXAMPLE_NAME = '.env.example'

/** Text of the `.env.example` next to the compose file; undefined if it does not exist. */
export async function readEnvExample(directory: string): Promise<string | undefined> {
  return readFile(join(directory, EXAMPLE_NAME), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
}

/** How the compose files and the files they include or extend use variables. Throws as `composeReferences` does. */
export async function readComposeUses(
  directory: string,
  composeFiles: readonly string[],
): Promise<ComposeUses> {
  const texts = await readComposeTexts(directory, composeFiles)
  const readers = texts
    .flatMap((text) => parseComposeFile(text).services)
    .filter(({ envFiles }) => envFiles.some(isAppEnvFile))
  return {
    variables: texts.flatMap(findComposeVariables),
    envFileServices: [...new Set(readers.map(({ name }) => name))],
  }
}

/**
 * Variables in the values of a compose file, in the content of its secrets and configs, and passed to services by name. One
 * without a default is required, except for one that is passed by name.
 */
export function findComposeVariables(composeText: string): ComposeVariable[] {
  const { contentVariables, services } = parseComposeFile(composeText)
  const found: ComposeVariable[] = [
    ...contentVariables.map((name) => ({ name, required: true })),
    ...services.flatMap(({ passedVariables }) => passedVariables.map((name) => ({ name, required: false }))),
  ]
  visit(parseDocument(composeText, { logLevel: 'silent' }), {
    Scalar: (key, { value }) => {
      // Compose does not interpolate the keys of a mapping.
      if (key === 'key' || typeof value !== 'string') return
      found.push(...findVariables(value).map(({ name, required }) => ({ name, required })))
    },
  })
  return found
}
