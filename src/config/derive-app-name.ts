import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseComposeFile } from '../shared/compose-file.ts'

/**
 * The project name of Compose: the last `name` of the compose files, else the directory's name in the characters that
 * Compose allows (compose-spec, "Version and name top-level elements").
 */
export async function deriveAppName(
  projectDirectory: string,
  composeFiles: readonly string[],
): Promise<string> {
  let name: string | undefined
  for (const file of composeFiles) {
    name = readName(await readFile(path.join(projectDirectory, file), 'utf8')) ?? name
  }
  return name ?? toProjectName(path.basename(projectDirectory))
}

/** Only Compose can resolve a name with `${…}`. Compose refuses a file with a syntax error, with a better message. */
function readName(composeText: string): string | undefined {
  const { name } = parseComposeFile(composeText)
  return name !== undefined && /^[a-z0-9][a-z0-9_-]*$/.test(name) ? name : undefined
}

function toProjectName(directoryName: string): string {
  const name = directoryName
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
  return name === '' ? 'app' : name
}
