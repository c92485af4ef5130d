import type { Caller } from './proxies/caller.ts'
import type { DiskRules } from './disk/disk-rules.ts'
import type { FileSystem } from './file-system.ts'
import type { DiskInventory } from './disk/inventory.ts'
import type { Hooks, HostHooks } from './hooks.ts'
import type { InactiveService } from './app-model.ts'
import type { Digest } from './image-reference.ts'
import type { Neighbour } from './proxies/neighbour.ts'
import type { Entrance } from './prober.ts'
import type { Proxy } from './proxies/proxy.ts'
import type { LeftOut } from './left-out.ts'
import type { SourceCommit } from './release.ts'
import type { DirectoryObservation, LocalImage, ResolvedImage } from './ports.ts'
import type { Container } from './container.ts'
import type { OtherDirectory, Surroundings } from './surroundings.ts'

/** Everything known about one host when the plan is made. */
export type HostObservation = {
  host: string
  /** Its CPUs. */
  cpus: number
  directory: DirectoryObservation
  /** Containers of the app's Compose project. */
  containers: readonly Container[]
  otherDirectories: readonly OtherDirectory[]
  /** In the order in which traffic is switched: inner ones first. */
  proxies: readonly Proxy[]
  /** Published ports that answered HTTP requests when the host was observed. */
  entrances: readonly Entrance[]
  /** Published ports that did not answer HTTP, and why. */
  silentPorts: readonly { url: string; error: string }[]
  /** Domains of the front that have no address, as seen from here; without those of an authority that dray.yml names. */
  unknownDomains: readonly string[]
  /**
   * Whether published ports can be forwarded to stand-ins, and if not, why. Read only if a service of the user's own publishes
   * any. `ipv6Obstacle`: the same over IPv6, if a container publishes a port there.
   */
  forwarding?: { obstacle: string | undefined; ipv6Obstacle?: string }
  /** Unix sockets on volumes that containers of services listen on, one by service; absent if not read. */
  sockets?: ReadonlyMap<string, string>
  /** Containers of other projects on the app's networks. */
  neighbours: readonly Neighbour[]
  /** Containers that had a connection to one of the app in the last minute. */
  callers: readonly Caller[]
  surroundings: Surroundings
  /** Paths that services mount and that do not exist on the host; some of them may be shipped. */
  missingPaths: readonly string[]
  images: readonly LocalImage[]
  /** Digests of the unpacked layers of images there, lowest first, that an image to be pulled may share. */
  layersThere: readonly (readonly string[])[]
  /** The registry's answers, by service. */
  resolved: ReadonlyMap<string, ResolvedImage>
  /** Services that are not deployed. */
  inactive: readonly InactiveObservation[]
  /** `image:` of each service as the compose files have it, before variables are filled in. */
  imageTemplates: ReadonlyMap<string, string>
  /** Services whose containers run what the release has, although dray did not start them: the image name of each. */
  adopted: ReadonlyMap<string, string>
  /** SHA-256 by path of the files on the host that belong to the bundle or the last release. */
  fileHashes: ReadonlyMap<string, string>
  /** Disk space on the host. */
  disk: DiskObservation
  /** Shipped files, other than compose files, that git neither tracks nor ignores. */
  untracked: readonly string[]
  leftOut: readonly LeftOut[]
  /** Names in `.env.example` that neither `.env` nor the deploy sets. */
  lackingVariables: readonly string[]
  /** Files of the release on this host; they may differ between hosts, as the server's `.env` does. */
  files: readonly DesiredFile[]
}

/** An inactive service, and the registry's answer for it: only own images and those of tasks are requested. */
export type InactiveObservation = {
  service: InactiveService
  resolved?: ResolvedImage
  /** Why an own image has no answer. */
  problem?: string
}

/** Disk space on a host before a pull. */
export type DiskObservation = {
  /** File systems of Docker's images and of the app's directory; one that could not be measured is missing. */
  fileSystems: readonly FileSystem[]
  /** The Engine keeps the compressed layers as well as the unpacked ones. */
  keepsPacked: boolean
  /** Everything Docker stores; undefined if there is enough disk space, so it was not read. */
  inventory: DiskInventory | undefined
}

/** A file of the release, without its content. */
export type DesiredFile = {
  path: string
  sha256: string
}

/** A one-off command of the app. */
export type Task = {
  name: string
  /** The first of these that exists in the compose file is used. */
  serviceCandidates: readonly string[]
  argv: readonly string[]
  when: 'before' | 'after'
  timeoutMs?: number
}

/** An image that the user has built or checked, with its expected digest. */
export type ExpectedImage = {
  /** Registry and repository: `ghcr.io/acme/shop-backend`. */
  repository: string
  digest: Digest
}

/** The state that the user wants. */
export type DesiredRelease = {
  app: string
  environment: string
  tag: string | undefined
  /** The commit of the work tree, or that of the release to put back; absent if unknown. */
  commit?: SourceCommit | undefined
  /** Names of the variables that the deploy passes to Compose, beside the server's `.env`. */
  givenVariables: readonly string[]
  /** Expected digests; the deploy is refused if a tag resolves to another one. Empty if any digest is accepted. */
  expected: readonly ExpectedImage[]
  /** Prefixes of the team's own repositories, such as `ghcr.io/acme/`. */
  ownRepositories: readonly string[]
  /** `roll` or `recreate`, for services that the configuration sets. */
  rollout: Readonly<Record<string, 'roll' | 'recreate'>>
  tasks: readonly Task[]
  /** Commands on the machine that runs dray. */
  hooks: Hooks
  /** Commands for each host, around its switch of traffic; absent without any. */
  hostHooks?: HostHooks
  /** How long a host is watched after its traffic has switched; absent for no time. */
  watchMs?: number
  /** The service that dray.yml names as the proxy; others are found by what runs. */
  proxyService: string | undefined
  /** Proxies of other projects in which dray may switch traffic, by the names of their containers. */
  proxyContainers: readonly string[]
  /** Whether dray may add a file to the proxy's configuration so that a reload loses no keep-alive request. */
  proxyKeepalive: boolean
  /**
   * URL that must answer before the old containers are stopped; if undefined, the proxy's published port is used. `false`: no
   * requests are sent and no URL is checked.
   */
  probeUrl: string | false | undefined
  /** How many hosts switch traffic at the same time. */
  rolling: Rolling
  /** The services that some host of the environment runs; absent if a host runs all. */
  placed?: readonly string[]
  /** Number of archived releases for rollback, including the new one. */
  keep: number
  /** What may be removed to free disk space. */
  disk: DiskRules
  /** Replace files on the host that dray did not write. */
  adopt: boolean
  /** The archived release to put back; undefined for a new one. */
  restores: RestoredRelease | undefined
  /**
   * The release of the other hosts, which a host that joins them gets; `from`: the host whose record and files it is taken from, or
   * several: `a, w`.
   */
  joins?: { release: string; from: string }
  /** What was found when it was decided what is wanted, for the warnings of the plan. */
  notes?: readonly string[]
  /** Hosts of the environment that the deploy leaves out; absent without any. */
  leftOut?: readonly string[]
}

/** A number of hosts, or a share of them in percent. */
export type Rolling = { hosts: number } | { percent: number }

/** An archived release to put back, and changes since then that a rollback does not undo. */
export type RestoredRelease = {
  /** Id of the release, always one made by a deploy. */
  id: string
  tag: string | undefined
  /** Names of the variables in `.env` at that time, for a host without a record of the release. */
  variables: readonly string[]
  /** The URLs at which it answered; absent in older records. */
  entrances?: readonly Entrance[] | undefined
  /** Tasks that ran since, in order, with their release; includes failed ones. */
  tasksSince: readonly { task: string; release: string }[]
}
