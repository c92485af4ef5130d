import { DrayError } from '../../../errors/dray-error.ts'
import { parseImageReference, type ImageReference } from '../../model/image-reference.ts'

/** The image reference of a service. Throws IMAGE_INVALID, naming the service. */
export function readReference(service: string, image: string | undefined): ImageReference {
  if (image === undefined) {
    throw new DrayError(
      'IMAGE_INVALID',
      `Service ${service} has no \`image:\`, so there is nothing to pull.`,
      {
        hint: 'Add an `image:` that CI pushes, next to `build:`.',
      },
    )
  }
  try {
    return parseImageReference(image)
  } catch (error) {
    if (!(error instanceof DrayError)) throw error
    throw new DrayError(error.code, `Service ${service}: ${error.message}`, {
      hint: error.hint,
      cause: error,
    })
  }
}
