import { DrayError } from '../../../errors/dray-error.ts'
import type { Clock } from '../../../shared/clock.ts'
import { isRunning, type Container } from '../../model/container.ts'
import { endDraining, isDrainable, startDraining } from '../../model/drain-check.ts'
import type { Engine } from '../../model/ports.ts'
import { logOf } from '../container-log.ts'
import { quietScript } from './quiet-script.ts'
import type { Switched } from './switch-request.ts'

export type TraefikSwitch = {
  engine: Engine
  /** The containers that requests go to from now on. */
  to: readonly Container[]
  /** The containers that get no more requests; those without dray's health check are left alone. */
  from: readonly Container[]
  /** Time limit for the requests to the latter, in milliseconds. */
  drainMs: number
  clock: Clock
  signal?: AbortSignal
}

/** Traefik uses a new configuration 2 s after the last one, at the latest (`providersThrottleDuration`). */
const THROTTLE_MS = 2_500
const POLL_MS = 200
/** Docker's first run of a health check is 5 s after the start, at the latest (`start_interval`); on a busy machine later. */
const LATE_MS = 60_000

/**
 * Traefik takes a container when Docker reports it as healthy, and drops it when Docker reports it as unhealthy; dray makes the
 * health check of the old containers fail while they serve. Resolves when Traefik sends requests to `to` alone. `drained` then
 * resolves when the connections to `from` have ended, or `drainMs` have passed: Traefik keeps idle ones for 90 s. Throws
 * SERVICE_UNHEALTHY and PROXY_FAILED.
 */
export async function switchTraefik(request: TraefikSwitch): Promise<Switched> {
  const { engine, to, from, clock, signal } = request
  await Promise.all(
    to.filter(isDrainable).map((container) => write(container, endDraining, engine).catch(() => undefined)),
  )
  await Promise.all(to.map((container) => untilHealth(container, 'healthy', request)))
  await clock.sleep(THROTTLE_MS, signal)
  await drainContainers(from, request)
  const drained = Promise.all(from.map((container) => untilQuiet(container, request))).then(
    (quiet) => !quiet.includes(false),
  )
  // The caller that awaits it handles its failure; after a failed deploy there is no such caller.
  drained.catch(() => undefined)
  return { drained }
}

/** Resolves when Traefik has dropped those of the containers that it may have, and that can be drained. */
async function drainContainers(
  containers: readonly Container[],
  request: Pick<TraefikSwitch, 'engine' | 'clock' | 'signal'>,
): Promise<void> {
  const drainable = containers.filter(isDrainable)
  if (drainable.length === 0) return
  await Promise.all(
    drainable.map(async (container) => {
      await write(container, startDraining, request.engine)
      await untilHealth(container, 'unhealthy', request)
    }),
  )
  await request.clock.sleep(THROTTLE_MS, request.signal)
}

async function write(container: Container, argv: readonly string[], engine: Engine): Promise<void> {
  const { exitCode, output } = await engine.exec(container.id, argv)
  if (exitCode === 0) return
  throw new DrayError(
    'PROXY_FAILED',
    `The file that drains ${container.name} could not be written: ${output.trim() || `exit code ${exitCode}`}.`,
  )
}

/** Waits until Docker reports a health; a container without a check has none, and one that ended has its own. */
async function untilHealth(
  { id, name, healthCheck }: Container,
  health: 'healthy' | 'unhealthy',
  { engine, clock, signal }: Pick<TraefikSwitch, 'engine' | 'clock' | 'signal'>,
): Promise<void> {
  if (healthCheck === undefined) return
  const { intervalMs, timeoutMs, retries } = healthCheck
  const untilMs = clock.now() + (intervalMs + timeoutMs) * retries + LATE_MS
  for (;;) {
    const now = await engine.container(id)
    if (now.health === health || (health === 'unhealthy' && !isRunning(now))) return
    if (clock.now() >= untilMs) {
      throw new DrayError(
        health === 'healthy' ? 'SERVICE_UNHEALTHY' : 'PROXY_FAILED',
        `Docker reports ${name} as ${now.health} and not as ${health}, and Traefik goes by that.`,
        { details: await logOf(engine, now) },
      )
    }
    await clock.sleep(POLL_MS, signal)
  }
}

/** Whether the connections to a container ended in time; one without a shell is given the whole time. */
async function untilQuiet(
  { id }: Container,
  { engine, drainMs, clock, signal }: TraefikSwitch,
): Promise<boolean> {
  const seconds = String(Math.max(1, Math.ceil(drainMs / 1000)))
  const { exitCode } = await engine
    .exec(id, ['/bin/sh', '-c', quietScript, 'dray', seconds], { ...(signal && { signal }) })
    .catch(() => ({ exitCode: 126 }))
  if (exitCode === 126 || exitCode === 127) await clock.sleep(drainMs, signal)
  return exitCode === 0
}
