import type { UrlAnswer } from '../../deploy/execute/ask-url.ts'
import type { ClusterNode } from '../../deploy/model/cluster.ts'
import type { ProbeAnswer } from '../../deploy/model/prober.ts'
import type { DirectoryObservation, Platform, ResolvedImage } from '../../deploy/model/ports.ts'
import type { Container } from '../../deploy/model/container.ts'
import type { OtherContainer } from '../../deploy/model/surroundings.ts'
import type { Failure } from '../../deploy/model/events.ts'
import type { Plan } from '../../deploy/model/plan.ts'
import type { FileSystem } from '../../deploy/model/file-system.ts'

/** The answer to a request, or the failure that a deploy would have at this point. */
export type Answer<T> = { value: T } | { failure: Failure }

/** Observation of a server, apart from its Engine. */
export type ServerObservation = {
  /** Missing programs that a deploy's scripts need. */
  missingTools: readonly string[]
  /** Version of Compose; undefined if there is no docker command. */
  compose: Answer<string> | undefined
  directory: Answer<string>
  /** Mode of `.env`; undefined if the directory is not readable. */
  envFile: Answer<{ mode: string; readableByOthers: boolean }> | undefined
  /** Present while another deploy runs. */
  lock: Failure | undefined
  fileSystems: readonly FileSystem[]
  /** How far the server's clock is ahead of the local one, as far as the round trip allows measuring it. */
  clockAheadMs: number
  /** The address it was reached at; undefined for this machine. */
  address: string | undefined
  /** Addresses of the URL's name as resolved on the server; undefined if not asked, or if it has no program for it. */
  urlAddresses: readonly string[] | undefined
}

/** The URL of the probe, and the addresses of its name. */
export type UrlObservation = {
  url: string
  /** What the app answers there now; absent if none of its containers runs. `guess`: the URL may expect another request. */
  answered?: Pick<UrlAnswer, 'answer' | 'isGood'> & { guess?: true }
  /** Undefined for a name that needs no lookup: `localhost`, or an address. */
  lookedUp: { name: string; addresses: readonly string[] } | undefined
}

/** The answer of a registry to the server, which pulls from there. */
export type RegistryObservation = { registry: string; answer: ProbeAnswer }

export type ImageObservation = { image: string; services: readonly string[]; answer: Answer<ResolvedImage> }

/** What is observed of a swarm. The nodes are undefined if its manager's Engine does not answer, the rest if the app is not known. */
export type SwarmObservation = {
  nodes: Answer<readonly ClusterNode[]> | undefined
  /** What the compose file declares as external, and the swarm has or not; undefined if there is no compose file as a stack. */
  missing: Answer<Failure | undefined> | undefined
  /** Connecting to the nodes that dray.yml lists beside the manager; absent if it lists none, or the swarm does not answer. */
  access?: { listed: number; failures: readonly Failure[] }
}

/** Everything observed on one host. Undefined parts could not be requested, because an earlier one failed. */
export type DoctorObservation = {
  host: string
  path: string
  connection: Answer<{ durationMs: number }>
  server: Answer<ServerObservation> | undefined
  engine: Answer<{ version: string; platform: Platform }> | undefined
  /** Compose's model of the app, and the rest of the directory. */
  app: Answer<DirectoryObservation> | undefined
  /** Names in `.env.example` that neither `.env` nor a deploy sets; absent if they are not known. */
  lackingVariables?: readonly string[]
  containers: Answer<readonly Container[]> | undefined
  /** Those that are not of the app; empty if they could not be requested. */
  others: readonly OtherContainer[]
  images: readonly ImageObservation[] | undefined
  /** Registries that the server's Docker contacts directly, not through a mirror. */
  registries: readonly RegistryObservation[] | undefined
  /** Undefined if the app is known but has no URL to check. */
  url: UrlObservation | undefined
  plan: Answer<Plan> | undefined
  /** Known addresses of this host and the other hosts of its environment. */
  hostAddresses: readonly string[]
  /** With Swarm. */
  swarm?: SwarmObservation
  /** Percent used of a file system above which a deploy frees disk space. */
  diskLimitPercent: number
}
