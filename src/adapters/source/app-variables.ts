import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument, visit } from 'yaml'
import type { ComposeVariable } from '../../operations/env/review-variables.ts'
import { findVariables } from '../../shared/compose-template.ts'
import { readComposeTexts } from './compose-references.ts'

const EXAMPLE_NAME = '.env.example'

/** Text of the `.env.example` next to the compose file; undefined if it does not exist. */
export async function readEnvExample(directory: string): Promise<string | undefined> {
  return readFile(join(directory, EXAMPLE_NAME), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
}

/** Variables used in the compose files and in the files they include or extend. Throws as `composeReferences` does. */
export async function readComposeVariables(
  directory: string,
  composeFiles: readonly string[],
): Promise<ComposeVariable[]> {
  return (await readComposeTexts(directory, composeFiles)).flatMap(findComposeVariables)
}

/** Variables in the values of a compose file. One without a default is required. */
export function findComposeVariables(composeText: string): ComposeVariable[] {
  const found: ComposeVariable[] = []
  visit(parseDocument(composeText, { logLevel: 'silent' }), {
    Scalar: (key, { value }) => {
      // Compose does not interpolate the keys of a mapping.
      if (key === 'key' || typeof value !== 'string') return
      found.push(...findVariables(value).map(({ name, required }) => ({ name, required })))
    },
  })
  return found
}
