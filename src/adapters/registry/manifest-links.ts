import * as z from 'zod'
import { isDigest, type Digest } from '../../deploy/model/image-reference.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { ManifestLinks } from '../../operations/images/package-version.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { digestOf, MANIFEST_TYPES } from './manifest.ts'
import type { Endpoint } from './registry-endpoint.ts'
import type { RegistrySession } from './registry-session.ts'

const digest = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value))
const descriptor = z.object({ digest, size: z.number().nonnegative() })

const schema = z.object({
  manifests: z.array(z.object({ digest })).optional(),
  subject: z.object({ digest }).optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
})

/** Registries refuse manifests of more than 4 MiB. */
const MANIFEST_BYTES = 8 * 1024 ** 2

/** Reads the manifest of a digest; undefined if the registry does not have it. Throws the REGISTRY_… codes. */
export async function readLinks(
  session: RegistrySession,
  image: { endpoint: Endpoint; repository: string; digest: Digest; signal?: AbortSignal },
): Promise<ManifestLinks | undefined> {
  const { endpoint, repository, digest: wanted } = image
  const path = `manifests/${wanted}`
  const answer = await session.ask({ ...image, path, accept: MANIFEST_TYPES, maxBytes: MANIFEST_BYTES })
  if (answer.status === 404) return undefined
  const name = `${endpoint.host}/${repository}@${wanted}`
  if (digestOf(answer.body) !== wanted)
    throw new DrayError('REGISTRY_FAILED', `The content of ${name} does not match its digest.`)
  return parseManifestLinks(answer.body, name)
}

/**
 * The references in a manifest of any kind: an index, an image, an attestation, a signature. Throws REGISTRY_FAILED if it
 * cannot be read: deletions depend on it, so an unreadable manifest must not count as one without references.
 */
function parseManifestLinks(body: Uint8Array, name: string): ManifestLinks {
  const parsed = schema.safeParse(parseJson(body))
  if (!parsed.success) throw new DrayError('REGISTRY_FAILED', `${name} is not a manifest that dray can read.`)
  const { manifests = [], subject, config, layers = [] } = parsed.data
  const sizes = new Map(
    [...layers, ...(config === undefined ? [] : [config])].map((it) => [it.digest, it.size]),
  )
  return {
    children: manifests.map((it) => it.digest),
    subject: subject?.digest,
    sizeBytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
  }
}
