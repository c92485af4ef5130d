import { createHash } from 'node:crypto'
import * as z from 'zod'
import { isDigest, type Digest } from '../../deploy/model/image-reference.ts'
import type { ImageConfig, Platform } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { imageConfigSchema, readImageConfig } from '../docker/image-config.ts'

export type Descriptor = { digest: Digest; sizeBytes: number }
export type Variant = Descriptor & { platform: Platform }

/** The content of a tag or digest: an index of variants, or an image. */
export type Manifest =
  | { kind: 'index'; variants: readonly Variant[] }
  | { kind: 'image'; config: Descriptor; layers: readonly Descriptor[] }

/** Both formats of both kinds, as written by registries and Docker's build tools. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/**
 * Parses a manifest by its fields (https://github.com/opencontainers/image-spec). Variants that are not images, such as
 * the attestations that Buildx adds as platform `unknown/unknown`, are skipped. Throws REGISTRY_FAILED; `name` is for its
 * message.
 */
export function parseManifest(body: Uint8Array, name: string): Manifest {
  const parsed = manifestSchema.safeParse(parseJson(body))
  if (!parsed.success) throw notAnImage(name)
  const { manifests, config, layers } = parsed.data
  // A document that is both would be one image to dray and another one to the Engine.
  if (manifests !== undefined && layers !== undefined) throw notAnImage(name)
  if (manifests !== undefined) return { kind: 'index', variants: manifests.flatMap(variantOf) }
  if (config === undefined || layers === undefined) throw notAnImage(name)
  return { kind: 'image', config: descriptorOf(config), layers: withoutRepeats(layers.map(descriptorOf)) }
}

/**
 * An image's configuration: its platform, if present, and how it runs. An unreadable field counts as absent.
 */
export function parseImageConfig(body: Uint8Array): {
  platform: Platform | undefined
  config: ImageConfig
  /** Digests of its unpacked layers, lowest first. */
  unpackedDigests: readonly string[]
} {
  const content = parseJson(body)
  const parsed = configSchema.safeParse(content).data
  return {
    platform: platformSchema.safeParse(content).data,
    config: readImageConfig(parsed?.config),
    unpackedDigests: parsed?.rootfs?.diff_ids ?? [],
  }
}

/** sha256 of the bytes, in the form that registries use. */
export function digestOf(body: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`
}

function variantOf(entry: z.infer<typeof variantSchema>): Variant[] {
  const { platform, annotations } = entry
  const isAttestation = annotations?.['vnd.docker.reference.type'] !== undefined
  if (platform === undefined || platform.os === 'unknown' || isAttestation) return []
  return [{ ...descriptorOf(entry), platform }]
}

function descriptorOf({ digest, size }: z.infer<typeof descriptorSchema>): Descriptor {
  return { digest, sizeBytes: size }
}

/** A repeated layer, such as an empty one, is fetched once. */
function withoutRepeats(layers: readonly Descriptor[]): Descriptor[] {
  return [...new Map(layers.map((layer) => [layer.digest, layer])).values()]
}

function notAnImage(name: string): DrayError {
  return new DrayError('REGISTRY_FAILED', `${name} is not an image that Docker can run.`, {
    hint: 'Build and push it again with a current `docker buildx build --push`.',
  })
}

const descriptorSchema = z.object({
  digest: z.custom<Digest>((value) => typeof value === 'string' && isDigest(value)),
  size: z.number().int().nonnegative(),
})

const platformSchema = z.object({
  os: z.string().min(1),
  architecture: z.string().min(1),
  variant: z.string().optional(),
})

const variantSchema = descriptorSchema.extend({
  platform: platformSchema.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})

const manifestSchema = z.object({
  manifests: z.array(variantSchema).optional(),
  config: descriptorSchema.optional(),
  layers: z.array(descriptorSchema).optional(),
})

const configSchema = z.object({
  config: imageConfigSchema.nullish(),
  rootfs: z.object({ diff_ids: z.array(z.string()) }).nullish(),
})
