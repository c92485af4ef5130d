import { pinnedName } from '../model/image-reference.ts'
import type { LocalImage, ResolvedImage } from '../model/ports.ts'
import type { DiskInventory } from '../model/inventory.ts'

/**
 * How much larger layers are when unpacked. Registries hold them compressed, and images of the usual distributions and
 * languages unpack to two to three times of that.
 */
const UNPACKED = 3

/**
 * Bytes that a pull may take, estimated from the sizes that the manifests say: the unpacked layers, and the packed ones as
 * long as they are there, of those that the host does not have. Without an inventory only whole images are known to be there,
 * so that it is the most that the pull may take.
 */
export function computePullBytes(facts: {
  resolved: Iterable<ResolvedImage>
  images: readonly LocalImage[]
  inventory: DiskInventory | undefined
  keepsPacked: boolean
}): number {
  const there = new Set(facts.images.flatMap(({ digests }) => digests))
  const layersThere = new Set(facts.inventory?.images.flatMap(({ layers }) => layers))
  const missing = new Map(
    [...facts.resolved]
      .filter(({ reference, digest }) => !there.has(pinnedName(reference, digest)))
      .flatMap(({ layers }) => layers)
      .filter(({ unpackedDigest }) => unpackedDigest === undefined || !layersThere.has(unpackedDigest))
      .map((layer) => [layer.digest, layer.sizeBytes]),
  )
  const packedBytes = sum([...missing.values()])
  // Without keeping them, the Engine unpacks one layer at a time and deletes it: the last may be the largest.
  const packedAtOnceBytes = facts.keepsPacked ? packedBytes : Math.max(0, ...missing.values())
  return packedBytes * UNPACKED + packedAtOnceBytes
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
