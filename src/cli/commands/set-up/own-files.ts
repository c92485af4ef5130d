import { readFile } from 'node:fs/promises'
import path from 'node:path'
import schema from '../../../../dray.schema.json' with { type: 'json' }
import { DrayError } from '../../../errors/dray-error.ts'
import { findOwnProgram, readEmbeddedBundle, type OwnProgram } from '../../command/own-program.ts'

/** dray as one file. Throws INTERNAL if it runs from its sources and is not built. */
export async function readOwnBundle(): Promise<string> {
  const own = findOwnProgram()
  if (own.kind === 'executable') return readEmbeddedBundle()
  try {
    return await readFile(bundlePath(own), 'utf8')
  } catch (error) {
    throw new DrayError('INTERNAL', 'dray runs from its sources and is not built.', {
      hint: 'Run `npm run build` in the clone of dray first.',
      cause: error,
    })
  }
}

function bundlePath(own: Exclude<OwnProgram, { kind: 'executable' }>): string {
  switch (own.kind) {
    case 'npm':
      return path.join(own.directory, 'dist/dray.mjs')
    case 'file':
      return own.path
    case 'sources':
      return own.bundle
  }
}

/** The JSON schema of dray.yml, for editors. */
export function renderOwnSchema(): string {
  return `${JSON.stringify(schema)}\n`
}
