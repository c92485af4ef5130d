import type { ServiceModel } from '../../deploy/model/app-model.ts'
import { defaultShell, type PartialHealthCheck } from '../../deploy/model/drain-check.ts'
import { parseGoDuration } from '../../shared/duration.ts'

/** The fields that are read of a service, as Compose prints them. */
type RawParts = {
  healthcheck?:
    | {
        test?: string | string[] | undefined
        interval?: string | undefined
        start_period?: string | undefined
        retries?: number | undefined
      }
    | null
    | undefined
  ipc?: string | undefined
  labels?: Readonly<Record<string, string>> | null | undefined
  volumes: readonly { target: string }[]
}

/** The parts of a service by which Traefik finds it, and dray drains it. `pins`: its values that depend on the deploy. */
export function readCheck(
  service: RawParts,
  pins: Readonly<Record<string, unknown>> | undefined,
): Pick<ServiceModel, 'check' | 'sharesMemory' | 'traefikLabels'> {
  const labels = Object.entries(service.labels ?? {}).filter(([name]) => /^traefik\./i.test(name))
  const check = pins?.['healthcheck'] === undefined ? readHealthCheck(service) : undefined
  const isShared =
    !['', 'private', 'shareable'].includes(service.ipc ?? '') ||
    service.volumes.some(({ target }) => target.startsWith('/dev/shm'))
  return {
    ...(check !== undefined && { check }),
    ...(isShared && { sharesMemory: true as const }),
    ...(labels.length > 0 && {
      traefikLabels: Object.fromEntries(labels.map(([name, value]) => [name, undouble(value)])),
    }),
  }
}

function readHealthCheck({ healthcheck }: RawParts): PartialHealthCheck | undefined {
  const { test, interval, start_period: startPeriod, retries } = healthcheck ?? {}
  const [kind = '', ...rest] = typeof test === 'string' ? ['CMD-SHELL', test] : (test ?? [])
  const argv = kind === 'CMD' ? rest : kind === 'CMD-SHELL' ? [...defaultShell, ...rest] : undefined
  const check = {
    ...(argv && { argv: argv.map(undouble) }),
    ...durationOf('intervalMs', interval),
    ...durationOf('startPeriodMs', startPeriod),
    ...(retries !== undefined && { retries }),
  }
  return Object.keys(check).length === 0 ? undefined : check
}

function durationOf<K extends string>(key: K, text: string | undefined): Partial<Record<K, number>> {
  const ms = text === undefined ? undefined : parseGoDuration(text)
  return (ms === undefined ? {} : { [key]: ms }) as Partial<Record<K, number>>
}

/** https://docs.docker.com/reference/compose-file/services/#restart ; `restart` takes precedence over `deploy`. */
export function readRestarts({
  restart,
  deploy,
}: {
  restart?: string | undefined
  deploy?: { restart_policy?: { condition?: string | undefined } | null | undefined } | null | undefined
}): Pick<ServiceModel, 'restarts' | 'retries'> {
  const policy = deploy?.restart_policy
  const condition = restart?.replace(/:.*$/, '') ?? (policy ? (policy.condition ?? 'any') : 'no')
  return {
    restarts: ['always', 'unless-stopped', 'any'].includes(condition),
    ...(condition === 'on-failure' && { retries: true as const }),
  }
}

/** The program of a service, and the names by which others reach it. */
export function readProgram({
  entrypoint,
  command,
  networks,
}: {
  entrypoint?: readonly string[] | null | undefined
  command?: readonly string[] | null | undefined
  networks?:
    Readonly<Record<string, { aliases?: readonly string[] | null | undefined } | null>> | null | undefined
}): Pick<ServiceModel, 'entrypoint' | 'command' | 'aliases'> {
  const aliases = Object.values(networks ?? {}).flatMap((it) => it?.aliases ?? [])
  return {
    ...(entrypoint && { entrypoint: entrypoint.map(undouble) }),
    ...(command && { command: command.map(undouble) }),
    ...(aliases.length > 0 && { aliases: [...new Set(aliases)] }),
  }
}

/** Compose doubles a dollar sign in its output. */
function undouble(text: string): string {
  return text.replaceAll('$$', '$')
}
