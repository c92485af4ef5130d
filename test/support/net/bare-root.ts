import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cloneDirectory } from './machine.ts'
import { mustRun } from './run-command.ts'

/** The root file system of a server without Docker; made in a minute where it is not in .cache yet. */
export async function ensureBareRoot(): Promise<string> {
  const cache = join(cloneDirectory, '.cache')
  mkdirSync(cache, { recursive: true })
  // Two test files that want it at once make it once.
  const lock = ['flock', join(cache, 'bare-root.lock')]
  const argv = [...lock, process.execPath, join(cloneDirectory, 'scripts/engine/bare-root.mjs')]
  return (await mustRun(argv, { timeoutMs: 900_000 })).trim()
}
