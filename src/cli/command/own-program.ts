import { getAsset, isSea } from 'node:sea'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** How this dray was started. */
export type OwnProgram =
  /** A single executable, with Node in it. */
  | { kind: 'executable'; path: string }
  /** The package of npm: by npx, installed for a user or in a project. `directory` is that of the package. */
  | { kind: 'npm'; directory: string }
  /** One file: `tools/dray.mjs` of a repository, the action, or a clone that is built. */
  | { kind: 'file'; path: string }
  /** The sources of a clone. `bundle` is where the clone is built. */
  | { kind: 'sources'; bundle: string }

/** Finds out how this process was started. */
export function findOwnProgram(): OwnProgram {
  return classifyProgram(fileURLToPath(import.meta.url), isSea())
}

/**
 * Decides by the path of the running file; in an executable it is the path of the executable. npm, pnpm and yarn all unpack a
 * package into a directory `node_modules/NAME`.
 */
export function classifyProgram(file: string, isExecutable: boolean): OwnProgram {
  if (isExecutable) return { kind: 'executable', path: file }
  if (!file.endsWith('.mjs'))
    return { kind: 'sources', bundle: path.join(path.dirname(file), '../../../dist/dray.mjs') }
  const directory = path.dirname(path.dirname(file))
  return /[\\/]node_modules[\\/]dray$/.test(directory)
    ? { kind: 'npm', directory }
    : { kind: 'file', path: file }
}

/** The text of dray.mjs in a single executable. */
export function readEmbeddedBundle(): string {
  return getAsset('dray.mjs', 'utf8')
}

/** The keys whose releases a single executable accepts, one per line; empty if it was built without any. */
export function readEmbeddedSigners(): string {
  return getAsset('release-signers', 'utf8')
}
