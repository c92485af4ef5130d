import type { Digest } from '../../deploy/model/image-reference.ts'
import { familiarName, type ImageReference } from '../../deploy/model/image-reference.ts'
import type { ImageLayer } from '../../deploy/model/image-layer.ts'
import type { Platform, ResolvedImage } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { digestOf, parseImageConfig, type Manifest, type Variant } from './manifest.ts'
import type { ImageRequest, ManifestReader } from './manifest-reader.ts'
import { choosePlatform, renderPlatform } from './platform.ts'
import { breakOff } from './registry-failure.ts'
import type { RegistrySession } from './registry-session.ts'

type Image = Extract<Manifest, { kind: 'image' }>
type WithConfig = { image: Image; own: ReturnType<typeof parseImageConfig> }

/** The first guess: a wrong one costs two requests. */
const MOST_SERVERS: Platform = { os: 'linux', architecture: 'amd64' }

export type ImageResolver = {
  /** Throws TAG_NOT_FOUND, PLATFORM_MISSING and the REGISTRY_… codes. */
  resolve(request: ImageRequest, platform: Platform | Promise<Platform>): Promise<ResolvedImage>
}

/** Resolves a reference to the digest to deploy, and to the layers that a host of a platform must fetch. */
export function createImageResolver({
  session,
  manifests,
}: {
  session: RegistrySession
  manifests: ManifestReader
}): ImageResolver {
  /** By digest of the configuration, so it never changes. */
  const configs = new Map<Digest, ReturnType<typeof parseImageConfig>>()

  async function resolve(
    request: ImageRequest,
    platform: Platform | Promise<Platform>,
  ): Promise<ResolvedImage> {
    const { digest, manifest } = await manifests.named(request)
    const { image, own } = await (manifest.kind === 'index'
      ? fromIndex(request, manifest.variants, platform)
      : withConfig(request, manifest))
    if (manifest.kind === 'image') refuseForeign(request, own.platform, await platform)
    return {
      reference: request.reference,
      digest,
      layers: withUnpacked(image.layers, own.unpackedDigests),
      config: own.config,
    }
  }

  async function fromIndex(
    request: ImageRequest,
    variants: readonly Variant[],
    platform: Platform | Promise<Platform>,
  ): Promise<WithConfig> {
    // While the platform is pending, dray has nothing else to do.
    const guess = platform instanceof Promise ? choosePlatform(variants, MOST_SERVERS) : undefined
    const guessed = guess && ofVariant(request, guess)
    guessed?.catch(() => undefined)
    const known = await platform
    const chosen = choosePlatform(variants, known)
    if (chosen === undefined)
      throw platformMissing(
        request.reference,
        known,
        variants.map((one) => one.platform),
      )
    return guessed !== undefined && chosen === guess ? guessed : ofVariant(request, chosen)
  }

  async function ofVariant(request: ImageRequest, variant: Variant): Promise<WithConfig> {
    const child = await manifests.child(request, variant.digest)
    if (child === undefined) throw variantGone(request.reference, variant)
    if (child.kind === 'image') return withConfig(request, child)
    const name = familiarName(request.reference)
    throw new DrayError('REGISTRY_FAILED', `${name} is an index of indexes, which dray does not support.`)
  }

  async function withConfig(request: ImageRequest, image: Image): Promise<WithConfig> {
    return { image, own: await configOf(request, image) }
  }

  /** A single manifest does not contain its platform; only the image's configuration does. */
  function refuseForeign(request: ImageRequest, own: Platform | undefined, platform: Platform): void {
    if (own === undefined || choosePlatform([{ platform: own }], platform) !== undefined) return
    throw platformMissing(request.reference, platform, [own])
  }

  async function configOf({ endpoint, reference, signal }: ImageRequest, { config }: Image) {
    const known = configs.get(config.digest)
    if (known !== undefined) return known
    const { repository } = reference
    const path = `blobs/${config.digest}`
    const answer = await session.ask({ endpoint, repository, path, maxBytes: CONFIG_BYTES, signal })
    if (answer.status === 404 || digestOf(answer.body) !== config.digest) {
      throw breakOff(endpoint.host, `is not the configuration of ${familiarName(reference)}`)
    }
    const parsed = parseImageConfig(answer.body)
    configs.set(config.digest, parsed)
    return parsed
  }

  return { resolve }
}

/** The layers of a manifest and of the image's configuration have the same order; a repeated layer counts once. */
function withUnpacked(layers: Image['layers'], unpacked: readonly string[]): readonly ImageLayer[] {
  const distinct = [...new Set(unpacked)]
  if (distinct.length !== layers.length) return layers
  return layers.map((layer, index) => ({ ...layer, unpackedDigest: distinct[index] }))
}

function platformMissing(reference: ImageReference, wanted: Platform, there: readonly Platform[]): DrayError {
  const listed =
    there.length === 0 ? 'the image has no variants' : `it has only ${there.map(renderPlatform).join(', ')}`
  const platform = renderPlatform(wanted)
  return new DrayError(
    'PLATFORM_MISSING',
    `${familiarName(reference)} has no variant for ${platform}: ${listed}.`,
    {
      hint: `Build it for that platform: \`docker buildx build --platform ${platform} …\`.`,
    },
  )
}

function variantGone(reference: ImageReference, { digest, platform }: Variant): DrayError {
  const what = `${renderPlatform(platform)} (${digest})`
  return new DrayError(
    'PLATFORM_MISSING',
    `The registry no longer has ${what} of ${familiarName(reference)}.`,
    {
      hint: 'It may have been deleted by a clean-up of untagged versions. Push the image again, or restore that version.',
    },
  )
}

const CONFIG_BYTES = 8 * 1024 ** 2
