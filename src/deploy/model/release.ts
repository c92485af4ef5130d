import type { Digest } from './image-reference.ts'

/** One service as a release put it in place. */
export type ReleasedService = {
  /** `repo@sha256:…`: what its containers run. */
  image: string
  digest: Digest
  /** The tag it was deployed by, where it had one. */
  tag?: string
  replicas: number
  /** dray's hash of its definition (see ServiceModel.definitionHash). */
  definitionHash: string
  /** Compose's own hash, as its containers carry it. */
  configHash: string
}

/** Who deployed: a person at a machine, or a workflow run. */
export type Deployer = { user: string; machine: string; run?: string }

/** Who it was, by a line of a journal, which may say anything; undefined where it tells nobody. */
export function readDeployer(value: unknown): Deployer | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { user, machine, run } = value as Readonly<Record<string, unknown>>
  if (typeof user !== 'string' || typeof machine !== 'string') return undefined
  return { user, machine, ...(typeof run === 'string' && { run }) }
}

/** What one deploy put in place; written to `.dray/releases/<id>/release.json`. */
export type Release = {
  version: 1
  /** `r1`, `r2`, …: counted up on the host, under the lock. */
  id: string
  app: string
  environment: string
  project: string
  tag?: string
  /** The release that this one, a rollback, put in place again: always one that a deploy made, never a rollback. */
  restores?: string
  /** The release that served before, by the one that a deploy made. */
  follows?: string
  createdAtMs: number
  by: Deployer
  services: Readonly<Record<string, ReleasedService>>
  /** SHA-256 of each shipped file by its path in the app's directory. */
  files: Readonly<Record<string, string>>
  /** Names of the variables that `.env` had; never a value. */
  variables: readonly string[]
  networks: Readonly<Record<string, string>>
}

/**
 * Ids of releases: with more digits, the numbers could not be told apart any more. One that the journal alone names is
 * shorter, so that the release after it is one that can be read: a container may have written there.
 */
export const RELEASE_ID = /^r\d{1,15}$/
export const JOURNALED_RELEASE_ID = /^r\d{1,9}$/

/** Number of a release id: 7 for `r7`. */
export function releaseNumber(id: string): number {
  return Number(id.slice(1))
}

export function newestRelease(releases: readonly Release[]): Release | undefined {
  return [...releases].sort((a, b) => releaseNumber(b.id) - releaseNumber(a.id))[0]
}

/** The release that a deploy made, of which this one is the same or a rollback to. */
export function originalId({ id, restores }: Pick<Release, 'id' | 'restores'>): string {
  return restores ?? id
}

/** What a release puts in place: the image of each service, and the shipped files by their SHA-256. */
export type ReleaseContent = {
  services: Readonly<Record<string, Pick<ReleasedService, 'image'>>>
  files: Release['files']
}

/** Going from one to the other would change neither an image nor a file. */
export function isSameContent(a: ReleaseContent, b: ReleaseContent): boolean {
  const text = ({ services, files }: ReleaseContent): string =>
    JSON.stringify([
      Object.entries(services)
        .map(([name, { image }]) => [name, image])
        .sort(),
      Object.entries(files).sort(),
    ])
  return text(a) === text(b)
}

/** `r3 (v1.2)`, as people are told. */
export function releaseLabel(id: string, tag: string | undefined): string {
  return tag === undefined ? id : `${id} (${tag})`
}

/** Id of the release that comes after those there are, started and failed ones included. */
export function nextReleaseId(usedIds: readonly string[]): string {
  return `r${Math.max(0, ...usedIds.map(releaseNumber)) + 1}`
}
