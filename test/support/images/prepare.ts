import { readFileSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppImage } from './app-images.ts'
import { latestVersion, listAppImages, shopDirectory, targetName, variantDirectory } from './app-images.ts'
import type { BaseImages } from './base-images.ts'
import { ensureBaseImages } from './base-images.ts'
import { contentHash, imageCache } from './cache.ts'
import { lockImageCache } from './cache-lock.ts'
import { command } from './command.ts'
import type { StoredManifest } from './image-store.ts'
import { PushRegistry } from './push-image.ts'
import { saveImages, storeAsDockerManifest, storeAsOciIndex } from './save-images.ts'
import { bake } from './stand-ins.ts'
import { variants } from './variants.ts'

export type PrepareOptions = {
  /** Where to push: a name or address with a port, plain HTTP, no login. */
  registryPushHost: string
  /** Which images to push, all by default; the names are like `acme/shop-backend:v1`. */
  only?: (name: string) => boolean
  onProgress?: (line: string) => void
}

/** Digest of what each pushed name points at, by name: `acme/shop-backend:v1` -> `sha256:…`. */
export type PreparedImages = ReadonlyMap<string, string>

type Catalogue = Record<string, StoredManifest>

/** Of this process alone: another clone may build on the same engine at the same time. */
const localPrefix = `dray-test-${process.pid}`
/** A platform that no machine running these tests has. */
const otherArchitecture = 's390x'

/**
 * Builds what the tests and the demo deploy and pushes it to a registry: the sample app's images at v1, v2, v3 and
 * `latest`, variants of them that go wrong, `library/nginx` and `library/db`. Built images are kept under .cache, so a
 * second run only pushes. Throws when there is no Docker with buildx, or the registry refuses.
 */
export async function prepareImages(options: PrepareOptions): Promise<PreparedImages> {
  const base = await ensureBaseImages(options)
  // Until all is pushed: a registry on a disk can lose a blob that two push at once.
  await using _lock = await lockImageCache()
  const catalogue = await makeCatalogue(base, options.onProgress)
  options.onProgress?.(`pushing images to ${options.registryPushHost}`)
  const registry = new PushRegistry(options.registryPushHost)
  const pushed = new Map<string, string>()
  for (const [name, image] of Object.entries(catalogue)) {
    if (options.only && !options.only(name)) continue
    const [repository = '', tag = ''] = name.split(':')
    await registry.push(repository, tag, image)
    pushed.set(name, image.digest)
  }
  return pushed
}

/** What the store holds, built first if anything it was made of has changed. */
async function makeCatalogue(base: BaseImages, onProgress: PrepareOptions['onProgress']): Promise<Catalogue> {
  const baseIds = await command(['docker', 'image', 'inspect', '--format', '{{.Id}}', ...Object.values(base)])
  const own = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.ts')).sort()
  const sources = [shopDirectory, variantDirectory, ...own.map((name) => join(import.meta.dirname, name))]
  const file = join(imageCache, `catalogue-${contentHash(sources, [baseIds])}.json`)
  const known = readCatalogue(file)
  if (known) return known
  const catalogue = await buildCatalogue(base, onProgress)
  await forgetOldCatalogues()
  await writeFile(file, JSON.stringify(catalogue, undefined, 1))
  return catalogue
}

function readCatalogue(file: string): Catalogue | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Catalogue
  } catch {
    return undefined
  }
}

async function forgetOldCatalogues(): Promise<void> {
  for (const name of await readdir(imageCache)) {
    if (name.startsWith('catalogue-')) await rm(join(imageCache, name))
  }
}

async function buildCatalogue(
  base: BaseImages,
  onProgress: PrepareOptions['onProgress'],
): Promise<Catalogue> {
  const images = await listAppImages(base)
  onProgress?.(`building ${images.length} images of the sample app`)
  await bake(bakeDefinition(images))
  await rm(join(imageCache, 'contexts'), { recursive: true, force: true })
  onProgress?.('keeping them in .cache')
  await mkdir(imageCache, { recursive: true })
  const catalogue: Catalogue = {}
  const local = new Map(images.map((image) => [`${localPrefix}/${targetName(image)}:latest`, image]))
  await saveImages([...local.keys()], async (name, saved) => {
    const image = local.get(name)
    if (image === undefined) return
    const { repository, tag } = image
    catalogue[`${repository}:${tag}`] = await (repository.startsWith('library/')
      ? storeAsDockerManifest(saved)
      : storeAsOciIndex(saved))
    if (tag === 'v2')
      catalogue[`${repository}:v2-other-platform`] = await storeAsOciIndex(saved, otherArchitecture)
  })
  await saveImages([base.nginx, base.oldNginx], async (name, saved) => {
    catalogue[name === base.nginx ? 'library/nginx:alpine' : 'library/nginx:1.22'] =
      await storeAsDockerManifest(saved)
  })
  await command(['docker', 'image', 'rm', ...local.keys()])
  addAliases(catalogue)
  return catalogue
}

function bakeDefinition(images: readonly AppImage[]): object {
  const targets = images.map((image) => {
    const name = targetName(image)
    return [name, { ...image.target, tags: [`${localPrefix}/${name}`] }] as const
  })
  return {
    group: { default: { targets: targets.map(([name]) => name) } },
    target: Object.fromEntries(targets),
  }
}

/**
 * Tags that point at an image under another name: `latest`, and the frontend under each variant's tag, because a compose
 * file with one IMAGE_TAG asks for both images by it.
 */
function addAliases(catalogue: Catalogue): void {
  const alias = (name: string, to: string) => {
    const image = catalogue[to]
    if (image) catalogue[name] = image
  }
  for (const { from, name } of variants)
    alias(`acme/shop-frontend:${from}-${name}`, `acme/shop-frontend:${from}`)
  for (const repository of ['acme/shop-backend', 'acme/shop-frontend', 'acme/shop']) {
    alias(`${repository}:latest`, `${repository}:${latestVersion}`)
  }
}
