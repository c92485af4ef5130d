import type { Digest } from '../../deploy/model/image-reference.ts'
import type { BundleFile } from '../../deploy/model/ports.ts'

/** A release, or what a deploy would make one of: what two of them are compared by. */
export type ReleaseSide = {
  /** `r41 (v1.3.0)`, or `the working tree (v1.4.0)`. */
  label: string
  /** By service. */
  images: Readonly<Record<string, SideImage>>
  /** Hashes of what Compose makes of each service, by service and key; undefined where it cannot read the files now. */
  definitions: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
  /** Those that dray itself writes are left out: they follow from the rest. */
  files: readonly BundleFile[]
  /** Paths of files whose content is a secret of Compose. */
  secretPaths: ReadonlySet<string>
  /** Names of the variables of `.env`. */
  variables: readonly string[]
  /** What could not be found out, a sentence each. */
  notes: readonly string[]
}

export type SideImage = {
  /** `ghcr.io/acme/shop-backend`. */
  name: string
  tag?: string
  /** Absent where the registry did not tell it. */
  digest?: Digest
}
