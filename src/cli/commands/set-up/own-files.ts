import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import schema from '../../../../dray.schema.json' with { type: 'json' }
import { DrayError } from '../../../errors/dray-error.ts'

/** dray as one file. Throws INTERNAL if it runs from its sources and is not built. */
export async function readOwnBundle(): Promise<string> {
  const self = fileURLToPath(import.meta.url)
  const path = self.endsWith('.mjs')
    ? self
    : fileURLToPath(new URL('../../../../dist/dray.mjs', import.meta.url))
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new DrayError('INTERNAL', 'dray runs from its sources and is not built.', {
      hint: 'Run `npm run build` in the clone of dray first.',
      cause: error,
    })
  }
}

/** The JSON schema of dray.yml, for editors. */
export function renderOwnSchema(): string {
  return `${JSON.stringify(schema)}\n`
}
