import type { RawService } from '../compose/raw-model.ts'
import { IGNORED_KEYS, SAME_KEYS } from '../../shared/stack-keys.ts'

type Values = Readonly<Record<string, unknown>>

/** A service of Compose's model as a stack file has it. `order`: of its update, where the file does not say one. */
export function renderService(service: RawService, order: string | undefined): Values {
  const {
    ports,
    volumes,
    networks,
    restart,
    scale,
    extra_hosts: hosts,
    deploy,
    depends_on: _depends,
    profiles: _profiles,
    pull_policy: _policy,
    cpus,
    mem_limit: memory,
    mem_reservation: reserved,
    pids_limit: pids,
    healthcheck,
    environment,
    configs,
    secrets,
    ...rest
  } = service
  const kept = Object.entries(rest).filter(
    ([key, value]) => SAME_KEYS.has(key) && !(key in IGNORED_KEYS) && value !== null,
  )
  return {
    ...Object.fromEntries(kept),
    ...(environment && { environment: compact(environment) }),
    ...(Array.isArray(configs) && { configs: configs.map(renderUse) }),
    ...(Array.isArray(secrets) && { secrets: secrets.map(renderUse) }),
    ...(healthcheck && { healthcheck: without(healthcheck, ['start_interval']) }),
    ...(hosts !== undefined && hosts !== null && { extra_hosts: renderHosts(hosts) }),
    ...(ports.length > 0 && { ports: ports.map(renderPort) }),
    ...(volumes.length > 0 && { volumes: volumes.map(renderVolume) }),
    ...(networks && {
      networks: Object.fromEntries(
        Object.entries(networks).map(([name, it]) => [name, it?.aliases ? { aliases: it.aliases } : null]),
      ),
    }),
    deploy: renderDeploy(deploy ?? {}, {
      restart,
      scale,
      order,
      limits: { cpus, memory, pids },
      reserved,
    }),
  }
}

type Defaults = {
  restart: string | undefined
  scale: number | undefined
  order: string | undefined
  limits: Readonly<Record<'cpus' | 'memory' | 'pids', unknown>>
  reserved: unknown
}

/** `deploy` with what dray sets where the file says nothing: how an update goes, and what Compose has elsewhere. */
function renderDeploy(deploy: Values, { restart, scale, order, limits, reserved }: Defaults): Values {
  const mode = deploy['mode'] as string | undefined
  const resources = (deploy['resources'] ?? {}) as Readonly<
    Record<'limits' | 'reservations', Values | undefined>
  >
  const upper = { ...compact(limits), ...resources.limits }
  const lower = { ...compact({ memory: reserved }), ...without(resources.reservations ?? {}, ['devices']) }
  return {
    ...deploy,
    ...(scale !== undefined && deploy['replicas'] === undefined && mode !== 'global' && { replicas: scale }),
    ...(Object.keys({ ...upper, ...lower }).length > 0 && {
      resources: { limits: withTextCpus(upper), reservations: withTextCpus(lower) },
    }),
    ...(deploy['restart_policy'] === undefined &&
      restart !== undefined && { restart_policy: restartPolicy(restart) }),
    update_config: {
      failure_action: 'pause',
      ...(order !== undefined && { order }),
      ...((deploy['update_config'] ?? {}) as Values),
    },
  }
}

/** A stack file has the number of CPUs as text, Compose prints a number or a text. */
function withTextCpus(values: Values): Values {
  const { cpus } = values
  return typeof cpus === 'number' ? { ...values, cpus: String(cpus) } : values
}

function restartPolicy(restart: string): Values {
  const [condition = '', attempts] = restart.split(':')
  if (condition === 'no') return { condition: 'none' }
  if (condition !== 'on-failure') return { condition: 'any' }
  return { condition, ...(attempts !== undefined && { max_attempts: Number(attempts) }) }
}

/** Compose prints the mode of a mounted file as octal text, a stack file has a number. */
function renderUse(use: unknown): unknown {
  if (typeof use !== 'object' || use === null) return use
  const { mode } = use as { mode?: unknown }
  return typeof mode === 'string' ? { ...use, mode: Number.parseInt(mode, 8) } : use
}

/** `name=address` in the output of newer versions of Compose; a stack file has `name:address`. */
function renderHosts(hosts: unknown): string[] {
  const lines = Array.isArray(hosts)
    ? hosts.map(String)
    : Object.entries(hosts as Values).flatMap(([name, it]) =>
        [it].flat().map((address) => `${name}=${String(address)}`),
      )
  return lines.map((line) => line.replace('=', ':'))
}

function renderPort({ target, published, protocol, mode }: RawService['ports'][number]): Values {
  return {
    target,
    ...(published !== undefined && { published: Number(published) }),
    protocol,
    ...(mode !== undefined && { mode }),
  }
}

function renderVolume({
  type,
  source,
  target,
  read_only: readOnly,
  ...more
}: RawService['volumes'][number]): Values {
  const tmpfs = more['tmpfs'] as { size?: string | number } | undefined
  const propagation = (more['bind'] as Values | undefined)?.['propagation']
  const nocopy = (more['volume'] as Values | undefined)?.['nocopy']
  return {
    type,
    ...(source !== undefined && { source }),
    target,
    ...(readOnly && { read_only: true }),
    ...(propagation !== undefined && { bind: { propagation } }),
    ...(nocopy !== undefined && { volume: { nocopy } }),
    ...(tmpfs?.size !== undefined && { tmpfs: { size: Number(tmpfs.size) } }),
  }
}

function compact(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
  )
}

function without(values: object, keys: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)))
}
