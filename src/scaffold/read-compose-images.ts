import { parseComposeFile, type ComposeBuild } from '../shared/compose-file.ts'
import { interpolate } from '../shared/compose-template.ts'
import { variablesOfTag } from '../shared/image-template.ts'
import type { ImageShape } from './app-shape.ts'

/** The team's own images in an existing compose file. */
export type ComposeImages = {
  /** Each image once, for the service that builds it, or for the first that runs it. */
  images: readonly ImageShape[]
  /** Services with a build but no `image:` to push and pull, each with a suggested name. */
  unnamed: readonly { service: string; image: string }[]
  /** Services that run an own image that this repository does not build. */
  unbuilt: readonly string[]
}

/**
 * Reads the services of a compose file that run the team's own images: those with a `build:`, and those whose image is under
 * `imageBase` and is known by its service or name. An unreadable file has no images; Compose reports the reason.
 */
export function readComposeImages(
  text: string,
  { imageBase, known }: { imageBase: string; known: readonly ImageShape[] },
): ComposeImages {
  const owner = imageBase.slice(0, imageBase.lastIndexOf('/') + 1)
  const images: ImageShape[] = []
  const unnamed: { service: string; image: string }[] = []
  const unbuilt: string[] = []
  const { services } = parseComposeFile(text)
  const builders = services.filter(({ build }) => build !== undefined)
  for (const { name: service, image, build: written } of new Set([...builders, ...services])) {
    const repository = image === undefined ? undefined : repositoryOf(image)
    const build = written && toRepositoryPaths(written)
    if (build !== undefined && repository === undefined) {
      unnamed.push({ service, image: `${imageBase}-${service}:\${IMAGE_TAG:-latest}` })
      continue
    }
    if (repository === undefined || (build === undefined && !repository.startsWith(owner))) continue
    if (images.some((it) => it.repository === repository)) continue
    const twin = known.find(
      (it) => it.dockerfile === build?.dockerfile || it.service === service || it.repository === repository,
    )
    if (build === undefined && twin === undefined) unbuilt.push(service)
    else images.push({ ...(twin ?? plainImage), ...build, service, repository, ...readTagVariable(image) })
  }
  return { images, unnamed, unbuilt }
}

const plainImage = {
  context: '.',
  dockerfile: 'Dockerfile',
  port: undefined,
  route: undefined,
  healthTest: undefined,
  healthPath: undefined,
  versionArgument: undefined,
}

/** The paths of a build from the directory of the compose file. */
function toRepositoryPaths({ context, dockerfile }: ComposeBuild): { context: string; dockerfile: string } {
  const directory = context.replace(/^\.\//, '').replace(/\/+$/, '') || '.'
  return { context: directory, dockerfile: directory === '.' ? dockerfile : `${directory}/${dockerfile}` }
}

function readTagVariable(image: string | undefined): { tagVariable?: string } {
  const names = image === undefined ? [] : variablesOfTag(image)
  const [tagVariable] = names.includes('IMAGE_TAG') ? [] : names
  return tagVariable === undefined ? {} : { tagVariable }
}

/** Reads the repository of an image in a compose file: `ghcr.io/${REGISTRY_OWNER:-acme}/shop:1` -> `ghcr.io/acme/shop`. */
export function repositoryOf(image: string): string {
  return interpolate(image, {})
    .replace(/@.*$/, '')
    .replace(/:[^/]*$/, '')
}
