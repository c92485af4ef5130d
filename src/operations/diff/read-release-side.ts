import { DrayError } from '../../errors/dray-error.ts'
import type { AppModel } from '../../deploy/model/app-model.ts'
import { familiarName, parseImageReference } from '../../deploy/model/image-reference.ts'
import { inspectHost, type Site } from '../../deploy/plan/observe/observe.ts'
import type { BundleFile } from '../../deploy/model/ports.ts'
import { releaseLabel, type Release, type ReleasedService } from '../../deploy/model/release.ts'
import type { ArchivingHost } from '../../deploy/releases/rollback.ts'
import type { ReleaseSide, SideImage } from './release-side.ts'

/**
 * Reads an archived release from its record and files. Compose resolves the files now, with the present `.env`, so that a
 * secret changed since then is not a difference. Throws what reading the archive and inspecting the directory throw.
 */
export async function readReleaseSide(
  { host, release }: { host: ArchivingHost; release: Release },
  signal: AbortSignal,
): Promise<ReleaseSide> {
  const { id, tag, services, variables, valueHashes } = release
  const site = host.restore(release)
  const { app, notes } = await modelOf(site, id, signal)
  const files = await (app === undefined ? host.archive.files(release, signal) : site.source.bundle(app, {}))
  return {
    label: releaseLabel(id, tag),
    images: Object.fromEntries(Object.entries(services).map(([name, it]) => [name, releasedImage(it)])),
    ...partsOf(app),
    files: files.filter((file) => !isWrittenByDray(file)),
    variables,
    valueHashes,
    notes,
  }
}

/**
 * Reads what a deploy would release now: the local files, and the images in the registry. An image that the registry does
 * not return, as before its push or without a login, becomes a note. Throws what inspecting the directory throws.
 */
export async function readTreeSide(
  site: Site,
  tag: string | undefined,
  signal: AbortSignal,
): Promise<ReleaseSide> {
  const { source, host } = site
  const observation = await inspectHost(site, signal)
  const files = await source.bundle(observation.app, {})
  const platform = await host.platform
  const notes = new Set<string>()
  const images = await Promise.all(
    observation.app.services.map(async ({ name, image }): Promise<[string, SideImage]> => {
      if (image === undefined) return [name, { name: 'no image' }]
      const reference = parseImageReference(image)
      const { registry, repository, tag: imageTag } = reference
      const wanted = { name: familiarName({ registry, repository }), tag: imageTag }
      try {
        const { digest } = await site.registry.resolve(reference, platform, signal)
        return [name, { ...wanted, digest }]
      } catch (error) {
        if (signal.aborted || !(error instanceof DrayError)) throw error
        notes.add(error.message)
        return [name, wanted]
      }
    }),
  )
  return {
    label: `the working tree (${tag ?? 'no tag'})`,
    images: Object.fromEntries(images),
    ...partsOf(observation.app),
    files: files.filter((file) => !isWrittenByDray(file)),
    variables: observation.envFile.variables,
    valueHashes: observation.envFile.valueHashes,
    notes: [...notes],
  }
}

/** The model that Compose resolves from a release's files now; a changed `.env` may make that fail. */
async function modelOf(
  site: Site,
  id: string,
  signal: AbortSignal,
): Promise<{ app: AppModel | undefined; notes: string[] }> {
  try {
    return { app: (await inspectHost(site, signal)).app, notes: [] }
  } catch (error) {
    const isOfRelease =
      error instanceof DrayError && (error.code === 'COMPOSE_INVALID' || error.code === 'RELEASE_CHANGED')
    if (!isOfRelease) throw error
    return { app: undefined, notes: [`The configuration of ${id} is not compared. ${error.message}`] }
  }
}

function partsOf(app: AppModel | undefined): Pick<ReleaseSide, 'definitions' | 'secretPaths'> {
  const services = app?.services ?? []
  const mounts = services.flatMap((service) => service.mounts)
  const secret = mounts.filter(({ target }) => target.startsWith('/run/secrets/')).map(({ path }) => path)
  return {
    definitions: app && Object.fromEntries(services.map((it) => [it.name, it.definitionParts])),
    secretPaths: new Set(secret),
  }
}

function releasedImage({ image, tag, digest }: ReleasedService): SideImage {
  return { name: image.replace(/@.*$/, ''), ...(tag !== undefined && { tag }), digest }
}

/** Mainly the override file, which may contain values from `.env`. */
function isWrittenByDray({ content }: BundleFile): boolean {
  return new TextDecoder().decode(content.subarray(0, 64)).startsWith('# Written by dray')
}
