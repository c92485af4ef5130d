import type { AppModel } from './app-model.ts'
import { pinnedName, parseImageReference } from './image-reference.ts'
import type { Release } from './release.ts'

/**
 * The first difference between a model and a release, as the end of a sentence; undefined without one.
 * Hashes are not compared: they include `.env`, which is not part of a release.
 */
export function differenceFrom(release: Release, { project, services }: AppModel): string | undefined {
  if (project !== release.project) return `the project is named ${project}, not ${release.project}`
  const names = new Set(services.map(({ name }) => name))
  const missing = Object.keys(release.services).find((name) => !names.has(name))
  if (missing !== undefined) return `service ${missing} is missing`
  for (const { name, image } of services) {
    const released = release.services[name]
    if (released === undefined) return `service ${name} was not in that release`
    const isSame = image !== undefined && (pinned(image) === released.image || image === released.adoptedName)
    if (!isSame) return `${name} has image ${image ?? 'none'}`
  }
  return undefined
}

function pinned(image: string): string | undefined {
  const reference = parseImageReference(image)
  return reference.digest === undefined ? undefined : pinnedName(reference, reference.digest)
}
