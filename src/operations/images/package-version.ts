import type { Digest } from '../../deploy/model/image-reference.ts'

/** A version of a container package of GitHub: one manifest, be it an index, a variant, an attestation or a signature. */
export type PackageVersion = {
  /** What GitHub calls it. */
  id: number
  digest: Digest
  tags: readonly string[]
  createdAtMs: number
  /** When a tag of it came or went, or it was pushed again: content that is pushed again keeps its age. */
  changedAtMs: number
}

/** What a manifest names. */
export type ManifestLinks = {
  /** Manifests of an index: its variants and their attestations. */
  children: readonly Digest[]
  /** What a signature or an attestation is about. */
  subject: Digest | undefined
  /** Of its own layers and configuration, compressed. */
  sizeBytes: number
}

/** A release of an environment that runs an image, or could be rolled back to. */
export type ImageUser = { environment: string; release: string; isServing: boolean }
