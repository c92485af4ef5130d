import { parse } from 'yaml'
import * as z from 'zod'
import type { ImageShape } from './app-shape.ts'

const composeSchema = z.looseObject({
  services: z.record(
    z.string(),
    z
      .looseObject({
        image: z.string().optional(),
        build: z
          .union([
            z.string(),
            z.looseObject({ context: z.string().optional(), dockerfile: z.string().optional() }),
          ])
          .optional(),
      })
      .nullish(),
  ),
})

/** The team's own images in an existing compose file. */
export type ComposeImages = {
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
  const services = Object.entries(readServices(text))
  const owner = imageBase.slice(0, imageBase.lastIndexOf('/') + 1)
  const images: ImageShape[] = []
  const unnamed: { service: string; image: string }[] = []
  const unbuilt: string[] = []
  for (const [service, settings] of services) {
    const repository = settings?.image === undefined ? undefined : repositoryOf(settings.image)
    const build = readBuild(settings?.build)
    if (build !== undefined && repository === undefined) {
      unnamed.push({ service, image: `${imageBase}-${service}:\${IMAGE_TAG:-latest}` })
      continue
    }
    if (repository === undefined || (build === undefined && !repository.startsWith(owner))) continue
    const twin = known.find(
      (it) => it.dockerfile === build?.dockerfile || it.service === service || it.repository === repository,
    )
    if (build === undefined && twin === undefined) unbuilt.push(service)
    else images.push({ ...(twin ?? plainImage), ...build, service, repository })
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

function readServices(text: string): z.infer<typeof composeSchema>['services'] {
  try {
    return composeSchema.parse(parse(text, { merge: true, logLevel: 'silent' })).services
  } catch {
    return {}
  }
}

type Build = NonNullable<z.infer<typeof composeSchema>['services'][string]>['build']

function readBuild(build: Build): { context: string; dockerfile: string } | undefined {
  if (build === undefined) return undefined
  const { context = '.', dockerfile = 'Dockerfile' } = typeof build === 'string' ? { context: build } : build
  const directory = context.replace(/^\.\//, '').replace(/\/+$/, '') || '.'
  return { context: directory, dockerfile: directory === '.' ? dockerfile : `${directory}/${dockerfile}` }
}

/** `ghcr.io/${REGISTRY_OWNER:-acme}/shop:${IMAGE_TAG:-latest}` -> `ghcr.io/acme/shop`. */
function repositoryOf(image: string): string {
  const filled = image.replaceAll(
    /\$\{\w+(?::?-([^}]*))?\}/g,
    (_, fallback: string | undefined) => fallback ?? '',
  )
  return filled.replace(/@.*$/, '').replace(/:[^/]*$/, '')
}
