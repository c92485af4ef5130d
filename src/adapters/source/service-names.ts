import { parseComposeFile } from '../../shared/compose-file.ts'
import { readComposeTexts } from './compose-references.ts'

/** Names of the services in the compose files and the files they include. Throws as `composeReferences` does. */
export async function readServiceNames(
  directory: string,
  composeFiles: readonly string[],
): Promise<string[]> {
  const texts = await readComposeTexts(directory, composeFiles)
  const names = texts.flatMap((text) => parseComposeFile(text).services.map(({ name }) => name))
  return [...new Set(names)].sort()
}
