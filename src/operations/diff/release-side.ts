import type { Digest } from '../../deploy/model/image-reference.ts'
import type { BundleFile } from '../../deploy/model/ports.ts'

/** One side of a comparison: a release, or the release that a deploy would make. */
export type ReleaseSide = {
  /** `r41 (v1.3.0)`, or `the working tree (v1.4.0)`. */
  label: string
  /** Images by service. */
  images: Readonly<Record<string, SideImage>>
  /** Hashes of Compose's definitions, by service and key; undefined if Compose cannot read the files now. */
  definitions: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
  /** Without the files that dray generates: they follow from the rest. */
  files: readonly BundleFile[]
  /** Paths of files that are Compose secrets. */
  secretPaths: ReadonlySet<string>
  /** Names of the variables in `.env`. */
  variables: readonly string[]
  /** A keyed hash of the value of each; undefined if they were not recorded. */
  valueHashes: Readonly<Record<string, string>> | undefined
  /** What could not be read, one sentence each. */
  notes: readonly string[]
}

export type SideImage = {
  /** `ghcr.io/acme/shop-backend`. */
  name: string
  tag?: string
  /** Absent if the registry did not return it. */
  digest?: Digest
}
