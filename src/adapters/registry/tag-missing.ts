import { familiarName, type ImageReference } from '../../deploy/model/image-reference.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Endpoint } from './registry-endpoint.ts'

/** TAG_NOT_FOUND with the image, the tag, and the existing tags, newest first. */
export function tagMissing(
  endpoint: Endpoint,
  reference: ImageReference,
  newest: readonly string[],
): DrayError {
  const { registry, repository, tag = 'latest', digest } = reference
  const image = familiarName({ registry, repository })
  const wanted = digest === undefined ? `tag \`${tag}\`` : `manifest ${digest}`
  const at = endpoint.host === registry ? '' : ` on ${endpoint.host}`
  const hint = newest.length === 0 ? undefined : `The newest tags: ${newest.join(', ')}.`
  return new DrayError('TAG_NOT_FOUND', `${image} has no ${wanted}${at}.`, { hint })
}

/** TAG_NOT_FOUND for an image that the registry does not know. */
export function imageMissing(endpoint: Pick<Endpoint, 'host'>, reference: ImageReference): DrayError {
  const { registry, repository } = reference
  return new DrayError(
    'TAG_NOT_FOUND',
    `${endpoint.host} has no image ${familiarName({ registry, repository })}.`,
    {
      hint: 'Check the name, or push the image with CI first.',
    },
  )
}
