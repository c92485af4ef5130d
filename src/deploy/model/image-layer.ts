import type { Digest } from './image-reference.ts'

/** A layer as stored in the registry. */
export type ImageLayer = {
  digest: Digest
  sizeBytes: number
  /** Digest of the unpacked layer, by which a host identifies it; undefined if the image does not state it. */
  unpackedDigest?: string
}
