import type { Digest } from './image-reference.ts'
import type { Entrance } from './prober.ts'
import type { RECORD_FORMAT } from './record-format.ts'

/** One service of a release. */
export type ReleasedService = {
  /** `repo@sha256:…` that its containers run. */
  image: string
  /** The image name of its containers, where they were already running before dray's first release: `postgres:16`. */
  adoptedName?: string
  digest: Digest
  /** The tag it was deployed with, if any. */
  tag?: string
  replicas: number
  /** dray's hash of its definition (see ServiceModel.definitionHash). */
  definitionHash: string
  /** Compose's own hash, as on its containers. */
  configHash: string
  /** With Swarm: see StackService.specHash; absent with Compose, and in older records. */
  specHash?: string
}

/** A service of a release that is not deployed, since none of its profiles was active. */
export type InactiveReleased = {
  profiles: readonly string[]
  /** `repo@sha256:…` of an own image, else as in the compose file; absent without an image. */
  image?: string
  definitionHash: string
}

/** The image name that the containers of a released service were created with. */
export function containerImageName({ image, adoptedName }: ReleasedService): string {
  return adoptedName ?? image
}

/** Who deployed: a user at a machine, or a workflow run. */
export type Deployer = { user: string; machine: string; run?: string }

/** Reads the deployer from a journal line, which may contain anything; undefined if it names none. */
export function readDeployer(value: unknown): Deployer | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { user, machine, run } = value as Readonly<Record<string, unknown>>
  if (typeof user !== 'string' || typeof machine !== 'string') return undefined
  return { user, machine, ...(typeof run === 'string' && { run }) }
}

/**
 * The commit of the work tree that a release was deployed from, in hex. `isDirty`: tracked files of the work tree differed from
 * it; absent if they did not, or if that is unknown.
 */
export type SourceCommit = { id: string; isDirty?: true }

/** Ids of commits: at least as many digits as git shows, at most those of SHA-256. */
export const COMMIT_ID = /^[0-9a-f]{7,64}$/

/** Reads the commit from a journal line, which may contain anything; undefined if it names none. */
export function readCommit(value: unknown): SourceCommit | undefined {
  const { id, isDirty } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof id !== 'string' || !COMMIT_ID.test(id)) return undefined
  return { id, ...(isDirty === true && { isDirty }) }
}

/** The result of one deploy, stored in `.dray/releases/<id>/release.json`. */
export type Release = {
  version: typeof RECORD_FORMAT
  /** Version of the dray that wrote the record, as on the server; absent in records before 0.1.0. */
  writtenBy?: string
  /** `r1`, `r2`, …: counted per host, under the lock. */
  id: string
  app: string
  environment: string
  project: string
  tag?: string
  /** For a rollback, that of the release that it put back; absent if it was unknown, and in older records. */
  commit?: SourceCommit
  /** For a rollback: the release that it put back, always one made by a deploy. */
  restores?: string
  /** The release that served before; for a rollback, the id of the original. */
  follows?: string
  createdAtMs: number
  by: Deployer
  services: Readonly<Record<string, ReleasedService>>
  /** Absent without any. */
  inactive?: Readonly<Record<string, InactiveReleased>>
  /** Names of services that run on other hosts only; absent without any. */
  elsewhere?: readonly string[]
  /** SHA-256 of each shipped file by its path in the app's directory. */
  files: Readonly<Record<string, string>>
  /** Names of the variables in `.env`; never a value. */
  variables: readonly string[]
  /** A keyed hash of each variable's value; absent in records of earlier versions. */
  valueHashes?: Readonly<Record<string, string>>
  networks: Readonly<Record<string, string>>
  /** With Swarm: the nodes that have pulled its images, names by id; absent with Compose. */
  nodes?: Readonly<Record<string, string>>
  /** Published ports that answered at the end of the deploy, with what they may answer; absent in older records. */
  entrances?: readonly Entrance[]
}

/**
 * Ids of releases. Numbers with more digits could not be distinguished. An id that appears only in the journal must be
 * shorter, so that the next id is still valid: a container may have written there.
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

/** The release made by a deploy: this one, or the one that this rollback put back. */
export function originalId({ id, restores }: Pick<Release, 'id' | 'restores'>): string {
  return restores ?? id
}

/** Content of a release: the image of each service, and the SHA-256 of the shipped files. */
export type ReleaseContent = {
  services: Readonly<Record<string, Pick<ReleasedService, 'image'>>>
  files: Release['files']
}

/** The images of a release by digest, `repo@sha256:…`, those of inactive services included. */
export function pinnedImages({ services, inactive = {} }: Pick<Release, 'services' | 'inactive'>): string[] {
  const named = Object.values(inactive).flatMap(({ image }) => (image?.includes('@') ? [image] : []))
  return [...Object.values(services).map(({ image }) => image), ...named]
}

/** Names of the services of a release, those that are not deployed included. */
export function serviceNames({ services, inactive = {} }: Pick<Release, 'services' | 'inactive'>): string[] {
  return [...Object.keys(services), ...Object.keys(inactive)]
}

/** Whether two releases have the same images and files. */
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

/** `r3 (v1.2)`, as shown to users. */
export function releaseLabel(id: string, tag: string | undefined): string {
  return tag === undefined ? id : `${id} (${tag})`
}

/** The next free release id, after all started ones, including failed ones. */
export function nextReleaseId(usedIds: readonly string[]): string {
  return `r${Math.max(0, ...usedIds.map(releaseNumber)) + 1}`
}

/** The command that deploys a release again, whatever of it is missing. */
export function renderDeployAgain(environment: string, { tag }: Pick<Release, 'tag'>): string {
  return `\`dray deploy ${environment}${tag === undefined ? '' : ` --tag ${tag}`}\``
}
