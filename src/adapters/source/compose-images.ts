import { findComposeImages } from '../../shared/compose-file.ts'
import { readComposeTexts } from './compose-references.ts'

/** `findComposeImages` in the app's compose files. Throws as `composeReferences` does. */
export async function readComposeImages(
  directory: string,
  composeFiles: readonly string[],
  values: Readonly<Record<string, string>>,
): Promise<string[]> {
  return findComposeImages(await readComposeTexts(directory, composeFiles), values)
}
