import path from 'node:path'
import type { FrontSettings } from '../deploy/model/front.ts'
import { defaultDiskRules, type DiskRules } from '../deploy/model/disk/disk-rules.ts'
import type { Rolling } from '../deploy/model/observation.ts'
import { DrayError } from '../errors/dray-error.ts'
import { parseDuration } from '../shared/duration.ts'
import {
  localHost,
  type DeployConfig,
  type Environment,
  type Hooks,
  type NotifyTarget,
  type Probe,
  type RegistrySettings,
  type ServiceSettings,
  type TagRule,
  type Task,
} from './deploy-config.ts'
import { hostsOf, rolesOf } from './hosts-of.ts'
import type { ConfigFile, EnvironmentBlock } from './schema.ts'

const defaultKeep = 5
const defaultHookTimeoutMs = 300_000
const defaultProbeTimeoutMs = 5000
const defaultProbeEveryMs = 100

export type NormaliseInput = {
  file: ConfigFile
  block: EnvironmentBlock
  environmentName: string
  app: string
  githubOwner: string | undefined
  projectDirectory: string
  composeFiles: readonly string[]
  configFile: string | undefined
}

/** Fills in defaults, and gives every value the form that the rest of the code expects. */
export function normalise(input: NormaliseInput): DeployConfig {
  const { file, block } = input
  return {
    app: input.app,
    registry: toRegistry(file.registry, input.githubOwner),
    environment: toEnvironment(input),
    tasks: Object.entries(file.tasks ?? {}).map(([name, task]) => toTask(name, task)),
    hooks: toHooks(block.hooks ?? file.hooks),
    notify: (block.notify ?? file.notify ?? []).flatMap(toNotifyTarget),
    proxyService: file.proxy?.service,
    proxyContainers: file.proxy?.containers ?? [],
    proxyKeepalive: file.proxy?.keepalive ?? true,
    front: toFront(block.front ?? file.front),
    probe: toProbe(block.probe ?? file.probe),
    services: mapValues(file.services, toServiceSettings),
    registries: mapValues(file.registries, toRegistrySettings),
    bundle: { include: file.bundle?.include ?? [], exclude: file.bundle?.exclude ?? [] },
    configFile: input.configFile,
    projectDirectory: input.projectDirectory,
  }
}

function toEnvironment({ file, block, ...input }: NormaliseInput): Environment {
  const hosts = hostsOf(block)
  if (hosts === undefined)
    throw new DrayError('INTERNAL', `The rules let ${input.environmentName} pass without a host.`)
  const isLocal = hosts.includes(localHost)
  const configDirectory =
    input.configFile === undefined ? input.projectDirectory : path.dirname(input.configFile)
  const localPath =
    block.path === undefined ? input.projectDirectory : path.resolve(configDirectory, block.path)
  return {
    name: input.environmentName,
    hosts,
    engine: block.engine ?? 'compose',
    nodes: block.nodes ?? [],
    roles: rolesOf(block),
    path: isLocal ? localPath : trimSlash(block.path ?? `/srv/${input.app}`),
    composeFiles: input.composeFiles,
    tagRule: toTagRule(block.tag),
    url: block.url ?? urlOf(toFront(block.front ?? file.front)),
    rolling: toRolling(block.rolling),
    watchMs: typeof block.rolling === 'object' ? toMs(block.rolling.watch) : undefined,
    keep: block.keep ?? file.keep ?? defaultKeep,
    disk: toDiskRules(block.disk ?? file.disk, isLocal),
    env: block.env ?? {},
  }
}

/** One host at a time without the key. */
function toRolling(written: EnvironmentBlock['rolling'] = 1): Rolling {
  if (typeof written === 'object') return toRolling(written.hosts)
  return typeof written === 'number' ? { hosts: written } : { percent: Number.parseInt(written, 10) }
}

/** The local machine is rarely a server: nothing is removed there unless it is configured. */
function toDiskRules(disk: ConfigFile['disk'], isLocal: boolean): DiskRules {
  return {
    limitPercent: disk?.limit ?? defaultDiskRules.limitPercent,
    anonymousVolumes: disk?.volumes === 'anonymous',
    sweep: disk?.sweep ?? (isLocal ? 'none' : defaultDiskRules.sweep),
    expendable: disk?.expendable ?? defaultDiskRules.expendable,
  }
}

function toRegistry(written: string | undefined, githubOwner: string | undefined): DeployConfig['registry'] {
  if (written === undefined) {
    return githubOwner === undefined ? undefined : { host: 'ghcr.io', owner: githubOwner.toLowerCase() }
  }
  const [host = '', ...owner] = written.split('/')
  return { host: host.toLowerCase(), owner: owner.join('/').toLowerCase() }
}

function toTagRule(written: string | undefined): TagRule | undefined {
  if (written === undefined) return undefined
  if (written === 'sha' || written === 'version') return { kind: written }
  return { kind: 'template', text: written }
}

function toTask(name: string, task: NonNullable<ConfigFile['tasks']>[string]): Task {
  return {
    name,
    serviceCandidates: typeof task.service === 'string' ? [task.service] : task.service,
    argv: toArgv(task.run),
    when: task.when,
    timeoutMs: toMs(task.timeout),
  }
}

function toHooks({ timeout, ...commands }: NonNullable<ConfigFile['hooks']> = {}): Hooks {
  const timeoutMs = toMs(timeout) ?? defaultHookTimeoutMs
  return mapValues(commands, (run) => ({ argv: toArgv(run), timeoutMs }))
}

function toArgv(command: string | readonly string[]): readonly string[] {
  return typeof command === 'string' ? ['sh', '-c', command] : command
}

/** Undefined for an entry of neither kind, which the rules refuse. */
function toNotifyTarget({
  slack,
  webhook,
  on = ['success', 'failure', 'rollback'],
}: NonNullable<ConfigFile['notify']>[number]): NotifyTarget[] {
  if (slack !== undefined) return [{ kind: 'slack', variable: toVariable(slack), on }]
  return webhook === undefined ? [] : [{ kind: 'webhook', variable: toVariable(webhook), on }]
}

/** `NAME` of `$NAME` and `${NAME}`. */
function toVariable(reference: string): string {
  return reference.replace(/[${}]/g, '')
}

function toFront(front: ConfigFile['front']): FrontSettings | undefined {
  if (front === undefined || front === false) return undefined
  const { services, domain = [], acme } = front === true ? {} : front
  return {
    services,
    domains:
      typeof domain === 'string' || Array.isArray(domain)
        ? [domain].flat().map((name) => ({ name }))
        : Object.entries(domain).map(([name, target]) => {
            const [service = '', port] = target.split(':')
            return { name, service, ...(port !== undefined && { port: Number(port) }) }
          }),
    ...(acme && { acme }),
  }
}

/** The first domain that a front serves. */
function urlOf(front: FrontSettings | undefined): string | undefined {
  const [domain] = front?.domains ?? []
  return domain && `https://${domain.name}`
}

function toProbe(probe: ConfigFile['probe']): Probe | false | undefined {
  if (probe === undefined || probe === false) return probe
  return {
    url: probe.url,
    timeoutMs: toMs(probe.timeout) ?? defaultProbeTimeoutMs,
    everyMs: toMs(probe.every) ?? defaultProbeEveryMs,
  }
}

function toServiceSettings(service: NonNullable<ConfigFile['services']>[string]): ServiceSettings {
  return {
    rollout: service.rollout,
    healthTimeoutMs: toMs(service.health?.timeout),
    drainMs: toMs(service.drain),
  }
}

function toRegistrySettings(registry: NonNullable<ConfigFile['registries']>[string]): RegistrySettings {
  return {
    username: registry.username,
    passwordVariable: registry.password && toVariable(registry.password),
    insecure: registry.insecure ?? false,
  }
}

function toMs(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration)
}

function trimSlash(directory: string): string {
  return directory.replace(/\/+$/, '')
}

function mapValues<From, To>(
  values: Readonly<Record<string, From>> | undefined,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, change(value)]))
}
