import type { Digest } from './image-reference.ts'

/** A layer as the registry holds it. */
export type ImageLayer = {
  digest: Digest
  sizeBytes: number
  /** Its digest when unpacked, by which a host knows the layers it has; undefined where the image does not say. */
  unpackedDigest?: string
}
