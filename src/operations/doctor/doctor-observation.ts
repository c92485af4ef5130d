import type { ProbeAnswer } from '../../deploy/model/prober.ts'
import type { DirectoryObservation, Container, Platform, ResolvedImage } from '../../deploy/model/ports.ts'
import type { Failure } from '../../deploy/model/events.ts'
import type { Plan } from '../../deploy/model/plan.ts'
import type { FileSystem } from '../../deploy/model/file-system.ts'

/** What somebody who was asked said, or what a deploy would fail with in its place. */
export type Answer<T> = { value: T } | { failure: Failure }

/** What a server says of itself, beside its Engine. */
export type ServerObservation = {
  /** Programs that the scripts of a deploy need and that are not there. */
  missingTools: readonly string[]
  /** Version of Compose; undefined where there is no docker command. */
  compose: Answer<string> | undefined
  directory: Answer<string>
  /** Mode of `.env`; undefined where the directory lets nobody see it. */
  envFile: Answer<{ mode: string; readableByOthers: boolean }> | undefined
  /** Present while somebody else deploys. */
  lock: Failure | undefined
  fileSystems: readonly FileSystem[]
  /** How far the server's clock is ahead of ours, as far as the time that the question took lets it be told. */
  clockAheadMs: number
  /** The address that it was reached at; undefined for this machine. */
  address: string | undefined
  /** Addresses of the URL's name as the server looks it up; undefined where it was not asked, or has no program for it. */
  urlAddresses: readonly string[] | undefined
}

/** The URL that tells whether the app answers, and where its name leads. */
export type UrlObservation = {
  url: string
  /** Undefined for a name that needs no look-up: `localhost`, or an address. */
  lookedUp: { name: string; addresses: readonly string[] } | undefined
}

/** A registry asked from the server, which pulls from there. */
export type RegistryObservation = { registry: string; answer: ProbeAnswer }

export type ImageObservation = { image: string; services: readonly string[]; answer: Answer<ResolvedImage> }

/** All that was found out about one host. What is undefined could not be asked, since something before it failed. */
export type DoctorObservation = {
  host: string
  path: string
  connection: Answer<{ durationMs: number }>
  server: Answer<ServerObservation> | undefined
  engine: Answer<{ version: string; platform: Platform }> | undefined
  /** Compose's model of the app, and what else the directory holds. */
  app: Answer<DirectoryObservation> | undefined
  containers: Answer<readonly Container[]> | undefined
  images: readonly ImageObservation[] | undefined
  /** Those that the server's Docker asks itself, and not through a mirror. */
  registries: readonly RegistryObservation[] | undefined
  /** Undefined with a known app where nothing tells whether it answers. */
  url: UrlObservation | undefined
  plan: Answer<Plan> | undefined
  /** Addresses of this host and of the others of its environment, as far as they are known. */
  hostAddresses: readonly string[]
  /** How full a file system may be before a deploy makes room on it. */
  diskLimitPercent: number
}
