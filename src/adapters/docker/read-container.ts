import * as z from 'zod'
import type { Container, HealthCheck } from '../../deploy/model/container.ts'
import { standInLabel } from '../../deploy/model/stand-in.ts'
import { findSingleAddresses } from '../../shared/find-single-addresses.ts'
import { stripControl } from '../../shared/strip-control.ts'

const nanosecondsPerMs = 1_000_000
const zeroTime = '0001-01-01T00:00:00Z'

/** The Engine omits empty fields, or sends null. */
const orEmpty = <T extends z.ZodType>(schema: T, empty: z.output<T>) =>
  schema.nullish().transform((value) => value ?? empty)

const healthConfig = z.object({
  Test: orEmpty(z.array(z.string()), []),
  Interval: orEmpty(z.number(), 0),
  Timeout: orEmpty(z.number(), 0),
  StartPeriod: orEmpty(z.number(), 0),
  Retries: orEmpty(z.number(), 0),
})

/** Used fields of `GET /containers/{id}/json`. */
export const containerAnswer = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: z.string(),
  Image: z.string(),
  Path: orEmpty(z.string(), ''),
  Args: orEmpty(z.array(z.string()), []),
  HostConfig: z.object({ ReadonlyRootfs: orEmpty(z.boolean(), false) }).nullish(),
  RestartCount: z.number(),
  State: z.object({
    Status: z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
    ExitCode: z.number(),
    OOMKilled: z.boolean(),
    StartedAt: orEmpty(z.string(), zeroTime),
    Pid: orEmpty(z.number(), 0),
    FinishedAt: orEmpty(z.string(), zeroTime),
    Health: z
      .object({
        Status: z.string(),
        Log: orEmpty(z.array(z.object({ Output: orEmpty(z.string(), '') })), []),
      })
      .nullish(),
  }),
  Config: z.object({
    Image: z.string(),
    User: orEmpty(z.string(), ''),
    Tty: z.boolean(),
    Env: orEmpty(z.array(z.string()), []),
    Labels: orEmpty(z.record(z.string(), z.string()), {}),
    Healthcheck: healthConfig.nullish(),
    Shell: orEmpty(z.array(z.string()), []),
    StopTimeout: z.number().nullish(),
  }),
  Mounts: orEmpty(
    z.array(
      z.object({
        Type: z.string(),
        Name: orEmpty(z.string(), ''),
        Destination: z.string(),
        RW: orEmpty(z.boolean(), true),
      }),
    ),
    [],
  ),
  NetworkSettings: z.object({
    Ports: orEmpty(
      z.record(
        z.string(),
        z.array(z.object({ HostIp: orEmpty(z.string(), ''), HostPort: z.string() })).nullable(),
      ),
      {},
    ),
    Networks: orEmpty(
      z.record(
        z.string(),
        z.object({
          IPAddress: orEmpty(z.string(), ''),
          GlobalIPv6Address: orEmpty(z.string(), ''),
          Gateway: orEmpty(z.string(), ''),
          Aliases: orEmpty(z.array(z.string()), []),
        }),
      ),
      {},
    ),
  }),
})

export type ContainerAnswer = z.infer<typeof containerAnswer>

export function readContainer(answer: ContainerAnswer): Container {
  const { Config: config, State: state } = answer
  const label = (name: string): string => config.Labels[`com.docker.compose.${name}`] ?? ''
  const bindings = Object.entries(answer.NetworkSettings.Ports).flatMap(([port, found]) =>
    port.endsWith('/tcp') ? (found ?? []) : [],
  )
  const isStandIn = label('oneoff') === 'True' && config.Labels[standInLabel] !== undefined
  return {
    id: answer.Id,
    name: answer.Name.replace(/^\//, ''),
    service: label('service'),
    ...(label('project.working_dir') !== '' && { directory: label('project.working_dir') }),
    oneOff: label('oneoff') === 'True',
    ...(isStandIn ? { standIn: true as const } : {}),
    imageName: config.Image,
    imageId: answer.Image,
    command: answer.Path === '' ? [] : [answer.Path, ...answer.Args],
    user: config.User,
    isReadOnly:
      answer.HostConfig?.ReadonlyRootfs === true ||
      answer.Mounts.some(({ Destination, RW }) => Destination === '/etc/hosts' && !RW),
    configHash: label('config-hash'),
    state: state.Status,
    exitCode: state.ExitCode,
    outOfMemory: state.OOMKilled,
    restartCount: answer.RestartCount,
    startedAtMs: readTime(state.StartedAt),
    ...(state.Pid > 0 && { pid: state.Pid }),
    ...(readTime(state.FinishedAt) > 0 && { endedAtMs: readTime(state.FinishedAt) }),
    createdAtMs: readTime(answer.Created),
    healthCheck: readHealthCheck(config),
    health: readHealth(state.Health?.Status),
    healthOutput: stripControl(state.Health?.Log.at(-1)?.Output ?? '').trim(),
    stopGraceMs: (config.StopTimeout ?? 10) * 1000,
    publishedPorts: bindings.map(({ HostPort }) => Number(HostPort)),
    portAddresses: findSingleAddresses(
      bindings.map(({ HostIp, HostPort }) => ({ address: HostIp, port: HostPort })),
    ),
    ...(bindings.some(({ HostIp }) => HostIp.includes(':')) && { publishesIpv6: true as const }),
    ...readTraefikLabels(config.Labels),
    ...readMountPoints(answer.Mounts),
    networks: Object.entries(answer.NetworkSettings.Networks).map(([name, network]) => ({
      name,
      address: network.IPAddress,
      ...(network.GlobalIPv6Address !== '' && { ipv6: network.GlobalIPv6Address }),
      ...(network.Gateway !== '' && { gateway: network.Gateway }),
      aliases: network.Aliases,
    })),
  }
}

/** The Engine's defaults for a value of 0: interval and timeout 30 s, 3 retries (Dockerfile reference, HEALTHCHECK). */
function readHealthCheck({
  Healthcheck: check,
  Shell: shell,
}: ContainerAnswer['Config']): HealthCheck | undefined {
  const [kind, ...rest] = check?.Test ?? []
  if (!check || (kind !== 'CMD' && kind !== 'CMD-SHELL')) return undefined
  return {
    argv: kind === 'CMD' ? rest : [...(shell.length > 0 ? shell : ['/bin/sh', '-c']), ...rest],
    intervalMs: (check.Interval || 30_000 * nanosecondsPerMs) / nanosecondsPerMs,
    timeoutMs: (check.Timeout || 30_000 * nanosecondsPerMs) / nanosecondsPerMs,
    startPeriodMs: check.StartPeriod / nanosecondsPerMs,
    retries: check.Retries || 3,
  }
}

/** Without anonymous volumes, which the Engine names by 64 digits, and file systems in memory. */
function readMountPoints(mounts: ContainerAnswer['Mounts']): Pick<Container, 'mountPoints'> {
  const found = mounts.filter(
    ({ Type, Name }) => Type === 'bind' || (Type === 'volume' && !/^[0-9a-f]{64}$/.test(Name)),
  )
  return found.length === 0 ? {} : { mountPoints: found.map(({ Destination }) => Destination) }
}

function readTraefikLabels(labels: Readonly<Record<string, string>>): Pick<Container, 'traefikLabels'> {
  const found = Object.entries(labels).filter(([name]) => /^traefik\./i.test(name))
  return found.length === 0 ? {} : { traefikLabels: Object.fromEntries(found) }
}

function readHealth(status: string | undefined): Container['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : 'none'
}

/** Milliseconds since the epoch; 0 for the Engine's zero time in the year 1. */
function readTime(text: string): number {
  return Math.max(0, Date.parse(text) || 0)
}
