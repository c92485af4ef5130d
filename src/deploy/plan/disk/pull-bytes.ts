import { pinnedName } from '../../model/image-reference.ts'
import type { LocalImage, ResolvedImage } from '../../model/ports.ts'
import type { DiskInventory } from '../../model/disk/inventory.ts'

/**
 * Ratio of unpacked to compressed size. Registries store layers compressed; images of common distributions and languages
 * unpack to two to three times that size.
 */
const UNPACKED = 3

/**
 * Bytes that a pull may take, estimated from the sizes in the manifests: the unpacked layers that the host does not have,
 * plus the compressed ones while they are stored. Without an inventory only complete images are known to be there, so the
 * result is an upper bound.
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
  // If the Engine does not keep compressed layers, it unpacks one at a time and deletes it; the last may be the largest.
  const packedAtOnceBytes = facts.keepsPacked ? packedBytes : Math.max(0, ...missing.values())
  return packedBytes * UNPACKED + packedAtOnceBytes
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
