import { renderImageReference } from '../../deploy/model/image-reference.ts'
import type { Registry, ResolvedImage } from '../../deploy/model/ports.ts'
import type { RegistryClient } from './registry-client.ts'
import { imageMissing } from './tag-missing.ts'

/** Placeholder for the newest tag that the registry has of an image. */
export const NEWEST_TAG = 'dray-newest'

/**
 * A registry that requests each image only once and supports NEWEST_TAG. `resolve` throws TAG_NOT_FOUND if an image has no
 * tag.
 */
export function createNewestTagRegistry(
  client: Pick<RegistryClient, 'resolve' | 'credentials' | 'newestTags'>,
): Registry {
  const asked = new Map<string, Promise<ResolvedImage>>()
  const ask: Registry['resolve'] = async (reference, platform, signal) => {
    if (reference.tag !== NEWEST_TAG) return client.resolve(reference, platform, signal)
    const [tag] = await client.newestTags(reference, 1, signal)
    if (tag === undefined) throw imageMissing({ host: reference.registry }, reference)
    return client.resolve({ ...reference, tag }, platform, signal)
  }
  return {
    resolve: (reference, platform, signal) => {
      const { os, architecture, variant = '' } = platform
      const key = [renderImageReference(reference), os, architecture, variant].join(' ')
      const answer = asked.get(key) ?? ask(reference, platform, signal)
      asked.set(key, answer)
      return answer
    },
    credentials: (host) => client.credentials(host),
  }
}
