import type { Digest, ImageReference } from '../../deploy/model/image-reference.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { ManifestReader } from './manifest-reader.ts'
import type { Endpoint } from './registry-endpoint.ts'
import { breakOff } from './registry-failure.ts'
import type { RegistrySession } from './registry-session.ts'

export type TagRequest = {
  endpoint: Endpoint
  /** Reference by digest. */
  reference: ImageReference & { digest: Digest }
  tag: string
  signal?: AbortSignal
}

/**
 * Adds a tag to an image: uploads the manifest of its digest under the tag, byte for byte
 * (https://github.com/opencontainers/distribution-spec, "Pushing Manifests"), so that its digest does not change. An
 * existing tag is moved. Throws REGISTRY_FORBIDDEN for a login without write access, and the errors of reading.
 */
export async function putTag(
  { endpoint, reference, tag, signal }: TagRequest,
  { session, manifests }: { session: RegistrySession; manifests: ManifestReader },
): Promise<void> {
  const { repository } = reference
  const content = await manifests.raw({ endpoint, reference, signal })
  const request = { endpoint, repository, path: `manifests/${tag}`, maxBytes: 1024 ** 2, signal }
  const answer = await session
    .ask({ ...request, method: 'PUT', access: 'pull,push', content })
    .catch((error: unknown) => {
      throw isRefusal(error) ? mayNotWrite(endpoint, repository, error) : error
    })
  if (answer.status === 404) throw breakOff(endpoint.host, `shows that it accepts no tags for ${repository}`)
}

function isRefusal(error: unknown): error is DrayError {
  return (
    error instanceof DrayError &&
    (error.code === 'REGISTRY_FORBIDDEN' || error.code === 'REGISTRY_UNAUTHORIZED')
  )
}

function mayNotWrite({ host }: Endpoint, repository: string, cause: DrayError): DrayError {
  return new DrayError('REGISTRY_FORBIDDEN', `${host} does not allow this login to write to ${repository}.`, {
    hint: 'It needs `write:packages`; in Actions, `packages: write` in the `permissions` of the job.',
    cause,
  })
}
