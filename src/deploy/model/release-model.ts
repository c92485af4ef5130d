import type { AppModel } from './app-model.ts'
import { pinnedName, parseImageReference } from './image-reference.ts'
import type { Release } from './release.ts'

/**
 * How a model differs from the one that a release was made of, as the rest of a sentence; undefined when it is that one.
 * Hashes are not compared: `.env` is part of them, and is not a release's.
 */
export function differenceFrom(release: Release, { project, services }: AppModel): string | undefined {
  if (project !== release.project) return `the project is called ${project}, not ${release.project}`
  const names = new Set(services.map(({ name }) => name))
  const missing = Object.keys(release.services).find((name) => !names.has(name))
  if (missing !== undefined) return `service ${missing} is not in it`
  for (const { name, image } of services) {
    const released = release.services[name]
    if (released === undefined) return `service ${name} is in it, which that release did not have`
    if (image === undefined || pinned(image) !== released.image) return `${name} has image ${image ?? 'none'}`
  }
  return undefined
}

function pinned(image: string): string | undefined {
  const reference = parseImageReference(image)
  return reference.digest === undefined ? undefined : pinnedName(reference, reference.digest)
}
