import type { Deployer, Release, SourceCommit } from '../model/release.ts'

/** What a release consists of, for users. */
export type ReleaseContents = {
  release: string
  tag: string | undefined
  commit: SourceCommit | undefined
  /** For a rollback: the release that it put back. */
  restores: string | undefined
  /** Milliseconds since the epoch. */
  createdAtMs: number
  by: Deployer
  images: readonly { service: string; name: string; tag?: string; digest: string; replicas: number }[]
  /** Shipped files, with the SHA-256 of each. */
  files: readonly { path: string; sha256: string }[]
  /** Names of the variables in `.env`. */
  variables: readonly string[]
}

/** The contents of a release from its record. Pure. */
export function describeContents(record: Release): ReleaseContents {
  const { id, tag, commit, restores, createdAtMs, by, services, files, variables } = record
  return {
    release: id,
    tag,
    commit,
    restores,
    createdAtMs,
    by,
    images: Object.entries(services).map(([service, { image, tag: imageTag, digest, replicas }]) => ({
      service,
      name: image.replace(/@.*$/, ''),
      ...(imageTag !== undefined && { tag: imageTag }),
      digest,
      replicas,
    })),
    files: Object.entries(files).map(([path, sha256]) => ({ path, sha256 })),
    variables,
  }
}
