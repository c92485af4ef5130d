import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The clone that these tests are of. */
export const projectDirectory = root

/** Where made images are kept between runs. Deleting it costs a minute and nothing else. */
export const imageCache = join(root, '.cache/images')

/** A hash over the content and names of files and directories, and over plain strings given as `facts`. */
export function contentHash(paths: readonly string[], facts: readonly string[] = []): string {
  const hash = createHash('sha256')
  for (const fact of facts) hash.update(`${fact}\0`)
  for (const path of paths) addPath(hash, path)
  return hash.digest('hex').slice(0, 16)
}

function addPath(hash: ReturnType<typeof createHash>, path: string): void {
  if (!statSync(path).isDirectory()) {
    hash.update(readFileSync(path))
    return
  }
  for (const name of readdirSync(path).sort()) {
    hash.update(`${name}\0`)
    addPath(hash, join(path, name))
  }
}
