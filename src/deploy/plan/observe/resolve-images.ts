import type { AppModel } from '../../model/app-model.ts'
import { renderImageReference, type ImageReference } from '../../model/image-reference.ts'
import type { ResolvedImage } from '../../model/ports.ts'
import { readReference } from './read-reference.ts'

/** The digest of every image of the app, by service; asks the registry once per reference. Throws IMAGE_INVALID, and what `ask` throws. */
export async function resolveImages(
  app: AppModel,
  ask: (reference: ImageReference) => Promise<ResolvedImage>,
): Promise<Map<string, ResolvedImage>> {
  const asked = new Map<string, Promise<ResolvedImage>>()
  const resolve = (service: string, image: string | undefined): Promise<ResolvedImage> => {
    const reference = readReference(service, image)
    const name = renderImageReference(reference)
    const answer = asked.get(name) ?? ask(reference)
    asked.set(name, answer)
    return answer
  }
  const services = await Promise.all(
    app.services.map(async ({ name, image }): Promise<[string, ResolvedImage]> => [
      name,
      await resolve(name, image),
    ]),
  )
  return new Map(services)
}
