import type { Digest } from '../../deploy/model/image-reference.ts'

/** A version of a GitHub container package: one manifest, which is an index, a variant, an attestation or a signature. */
export type PackageVersion = {
  /** GitHub's id of it. */
  id: number
  digest: Digest
  tags: readonly string[]
  createdAtMs: number
  /** Time of the last tag change or push; pushing the same content again does not change it. */
  changedAtMs: number
}

/** References of a manifest. */
export type ManifestLinks = {
  /** Manifests of an index: variants and their attestations. */
  children: readonly Digest[]
  /** The manifest that a signature or attestation refers to. */
  subject: Digest | undefined
  /** Compressed size of its own layers and configuration. */
  sizeBytes: number
}

/** A release of an environment that runs an image or is archived with it. */
export type ImageUser = { environment: string; release: string; isServing: boolean }
