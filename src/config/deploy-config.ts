import type { DiskRules } from '../deploy/model/disk/disk-rules.ts'
import type { Rolling } from '../deploy/model/observation.ts'
import type { FrontSettings } from '../deploy/model/front.ts'
import type { NonEmpty } from '../shared/non-empty.ts'

/** The configuration of one environment, with defaults filled in. */
export type DeployConfig = {
  app: string
  /** Registry and owner of the app's own images; the owner is in lower case. */
  registry: { host: string; owner: string } | undefined
  environment: Environment
  /** In the order of the file, which is the execution order. */
  tasks: readonly Task[]
  hooks: Hooks
  notify: readonly NotifyTarget[]
  proxyService: string | undefined
  /** Proxies of other projects in which dray may switch traffic, by the names of their containers. */
  proxyContainers: readonly string[]
  /** Whether dray may add a file that sets nginx's keepalive_min_timeout. */
  proxyKeepalive: boolean
  /** `false`: no requests are sent during a deploy, and no URL is checked. */
  probe: Probe | false | undefined
  front: FrontSettings | undefined
  /** Settings of single services; services without settings are absent. */
  services: Readonly<Record<string, ServiceSettings>>
  registries: Readonly<Record<string, RegistrySettings>>
  bundle: { include: readonly string[]; exclude: readonly string[] }
  /** Absolute path of dray.yml; undefined without a dray.yml. */
  configFile: string | undefined
  /** Absolute path of the first compose file's directory: shipped files are relative to it. */
  projectDirectory: string
}

export type Environment = {
  name: string
  /** As in dray.yml: `deploy@test.example.com`, or `local` for this machine. */
  hosts: NonEmpty<string>
  /** What runs the app: Docker Compose on each host, or Docker Swarm, of which the only host is a manager. */
  engine: 'compose' | 'swarm'
  /** Other nodes of the swarm that dray may connect to, as in dray.yml; empty with Compose. */
  nodes: readonly string[]
  /** The services of each host that runs only some of them; the others run all. */
  roles: Readonly<Record<string, readonly string[]>>
  /** Absolute directory of the app on the hosts. */
  path: string
  /** Relative to the project directory, with `/`. */
  composeFiles: readonly string[]
  tagRule: TagRule | undefined
  /** The public URL of the app. */
  url: string | undefined
  /** How many hosts switch traffic at the same time. */
  rolling: Rolling
  /** How long a host is watched after its traffic has switched. */
  watchMs: number | undefined
  /** Number of releases archived for rollback. */
  keep: number
  disk: DiskRules
  env: Readonly<Record<string, string>>
}

export type TagRule = { kind: 'sha' } | { kind: 'version' } | { kind: 'template'; text: string }

export type Task = {
  name: string
  /** The first of these that the compose file has is used. */
  serviceCandidates: readonly string[]
  argv: readonly string[]
  when: 'before' | 'after' | 'manual'
  timeoutMs: number | undefined
}

/** Commands that run around a deploy, on the machine that runs dray. */
export type Hooks = Readonly<
  Partial<
    Record<'before' | 'after' | 'failure' | 'leave' | 'join', { argv: readonly string[]; timeoutMs: number }>
  >
>

export type NotifyEvent = 'success' | 'failure' | 'rollback'

/** A receiver of notifications about finished deploys. */
export type NotifyTarget = {
  kind: 'slack' | 'webhook'
  /** Name of the variable that holds the URL, without `$`. */
  variable: string
  on: readonly NotifyEvent[]
}

export type Probe = { url: string; timeoutMs: number; everyMs: number }

export type ServiceSettings = {
  rollout: 'roll' | 'recreate' | undefined
  healthTimeoutMs: number | undefined
  drainMs: number | undefined
}

export type RegistrySettings = {
  username: string | undefined
  /** Name of the variable that holds the password, without `$`. */
  passwordVariable: string | undefined
  insecure: boolean
}

/** The host name for the machine that runs dray. */
export const localHost = 'local'
