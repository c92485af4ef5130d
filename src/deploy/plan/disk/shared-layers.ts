import type { ImageLayer } from '../../model/image-layer.ts'
import { pinnedName } from '../../model/image-reference.ts'
import type { HostObservation } from '../../model/observation.ts'
import type { Engine, LocalImage, ResolvedImage } from '../../model/ports.ts'

/** Images whose layers are read. */
const MOST_IMAGES = 24

/**
 * Reads the layers of the images on the host that are most like those to be pulled: of the same repositories first, then the
 * newest. Empty if every image is there.
 */
export async function observeLayers(
  { resolved, images }: { resolved: readonly ResolvedImage[]; images: readonly LocalImage[] },
  engine: Pick<Engine, 'imageLayers'>,
): Promise<HostObservation['layersThere']> {
  const names = new Set(images.flatMap(({ digests }) => digests))
  const wanted = resolved.map(({ reference, digest }) => pinnedName(reference, digest))
  if (wanted.every((name) => names.has(name))) return []
  const repositories = new Set(wanted.map(repositoryOf))
  const isAlike = ({ digests }: LocalImage): number =>
    Number(digests.some((name) => repositories.has(repositoryOf(name))))
  const likely = images
    .toSorted((a, b) => isAlike(b) - isAlike(a) || b.createdAtMs - a.createdAtMs)
    .slice(0, MOST_IMAGES)
  return Promise.all(likely.map(({ id }) => engine.imageLayers(id)))
}

/**
 * The layers of an image that the host lacks. The Engine reuses a layer only on top of the same ones, so the lowest ones that an
 * image there has count as present. It knows them by their unpacked content: one that was compressed otherwise is pulled
 * again, so that this is an estimate.
 */
export function findMissingLayers(
  { layers }: Pick<ResolvedImage, 'layers'>,
  there: HostObservation['layersThere'],
): readonly ImageLayer[] {
  const shared = there.map((digests) => {
    const distinct = [...new Set(digests)]
    const first = layers.findIndex(
      ({ unpackedDigest }, index) => unpackedDigest === undefined || unpackedDigest !== distinct[index],
    )
    return first < 0 ? layers.length : first
  })
  return layers.slice(Math.max(0, ...shared))
}

function repositoryOf(name: string): string {
  return name.replace(/@.*$/, '')
}
