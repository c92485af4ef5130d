import { parseImageReference } from '../deploy/model/image-reference.ts'
import { findComposeImages } from '../shared/compose-file.ts'

/**
 * The repositories of compose files' images below one of the prefixes, such as `ghcr.io/acme/`, each once. A variable has
 * the given value, or its default in the file. Throws IMAGE_INVALID.
 */
export function ownRepositories(
  composeTexts: readonly string[],
  { variables, prefixes }: { variables: Readonly<Record<string, string>>; prefixes: readonly string[] },
): string[] {
  const names = findComposeImages(composeTexts, variables).map((image) => {
    const { registry, repository } = parseImageReference(image)
    return `${registry}/${repository}`
  })
  return [...new Set(names)].filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
}
