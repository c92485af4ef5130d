import type { DiskRules } from '../deploy/model/disk-rules.ts'

/** dray.yml for one environment, with everything filled in that can be derived. */
export type DeployConfig = {
  app: string
  /** Where the app's own images are; the owner is in lower case. */
  registry: { host: string; owner: string } | undefined
  environment: Environment
  /** In the order of the file, which is the order in which they run. */
  tasks: readonly Task[]
  hooks: Hooks
  notify: readonly NotifyTarget[]
  proxyService: string | undefined
  /** Whether dray may ship a file that sets nginx's keepalive_min_timeout. */
  proxyKeepalive: boolean
  probe: Probe | undefined
  /** What dray.yml says of single services; those it does not name are absent. */
  services: Readonly<Record<string, ServiceSettings>>
  registries: Readonly<Record<string, RegistrySettings>>
  bundle: { include: readonly string[]; exclude: readonly string[] }
  /** Absolute path of dray.yml; undefined when there is none. */
  configFile: string | undefined
  /** Absolute path of the first compose file's directory: what goes to the host is relative to it. */
  projectDirectory: string
}

export type Environment = {
  name: string
  /** As the user wrote them: `deploy@test.example.com`, or `local` for this machine. */
  hosts: readonly string[]
  /** Absolute directory of the app on the hosts. */
  path: string
  /** Relative to the project directory, with `/`. */
  composeFiles: readonly string[]
  tagRule: TagRule | undefined
  /** Where people reach the app. */
  url: string | undefined
  /** Releases kept for rollback. */
  keep: number
  disk: DiskRules
  env: Readonly<Record<string, string>>
}

export type TagRule = { kind: 'sha' } | { kind: 'version' } | { kind: 'template'; text: string }

export type Task = {
  name: string
  /** The first of these that the compose file has is meant. */
  serviceCandidates: readonly string[]
  argv: readonly string[]
  when: 'before' | 'after' | 'manual'
  timeoutMs: number | undefined
}

/** Commands on the machine that dray runs on, around a deploy. */
export type Hooks = Readonly<
  Partial<Record<'before' | 'after' | 'failure', { argv: readonly string[]; timeoutMs: number }>>
>

export type NotifyEvent = 'success' | 'failure' | 'rollback'

/** Somebody who is told how a deploy ended. */
export type NotifyTarget = {
  kind: 'slack' | 'webhook'
  /** Name of the variable that holds the address, without `$`. */
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

/** The host that means the machine dray runs on. */
export const localHost = 'local'
