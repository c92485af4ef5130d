import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument, visit } from 'yaml'
import type { ComposeVariable } from '../../operations/env/review-variables.ts'
import { composeReferences } from './compose-references.ts'

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
  const files = await composeReferences(directory, composeFiles)
  const texts = await Promise.all(
    files.filter((name) => /\.ya?ml$/.test(name)).map((name) => readFile(join(directory, name), 'utf8')),
  )
  return texts.flatMap(findComposeVariables)
}

/**
 * Variables in the values of a compose file: `$NAME` and `${NAME…}`. A variable without a default is required.
 * https://docs.docker.com/reference/compose-file/interpolation/
 */
export function findComposeVariables(composeText: string): ComposeVariable[] {
  const found: ComposeVariable[] = []
  visit(parseDocument(composeText, { logLevel: 'silent' }), {
    Scalar: (key, { value }) => {
      // Compose does not interpolate the keys of a mapping.
      if (key === 'key' || typeof value !== 'string') return
      for (const [, braced, operator, plain] of value.matchAll(VARIABLE)) {
        const name = braced ?? plain
        if (name !== undefined) found.push({ name, required: !/^:?[-+]/.test(operator ?? '') })
      }
    },
  })
  return found
}

/** `$$` is a dollar sign, and not part of a variable. */
const VARIABLE = /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(:?[-?+])?|\$([A-Za-z_][A-Za-z0-9_]*)/g
