import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import type { DeployEvent } from '../model/events.ts'
import { toDrayError } from '../execute/failure.ts'
import type { Compose } from '../model/compose.ts'
import type { Lock } from '../model/lock.ts'
import type { TargetHost } from '../model/ports.ts'
import { RECORD_FORMAT } from '../model/record-format.ts'
import { serviceNames, type Deployer, type Release } from '../model/release.ts'
import { runInContainer, type TaskOfService } from '../execute/task-container.ts'

/** A task from dray.yml; its service is the first candidate that the release has. */
export type NamedTask = Omit<TaskOfService, 'service'> & { serviceCandidates: readonly string[] }

export type TaskRequest = {
  host: Pick<TargetHost, 'name' | 'lock'>
  task: NamedTask
  /** The current release, and Compose with its values; read while the lock is held. */
  inPlace: (signal: AbortSignal) => Promise<{
    release: Release
    compose: Pick<Compose, 'runTask'>
    /** What becomes of the task if the connection breaks; without it, its container is removed within seconds. */
    whenLost?: string
  }>
  deployer: Deployer
  /** How long to wait for a lock held by another process. */
  waitMs: number
  clock: Clock
  tell: (event: TaskEvent) => void
}

/** An event of a task run by a user; `at` is milliseconds since the epoch. */
export type TaskEvent =
  | {
      type: 'task.started'
      at: number
      task: string
      host: string
      service: string
      release: string
      tag?: string
    }
  | { type: 'task.printed'; at: number; stream: 'stdout' | 'stderr'; line: string }
  | {
      type: 'task.finished'
      at: number
      task: string
      outcome: TaskOutcome
      /** Absent if the process did not exit on its own. */
      exitCode?: number
      durationMs: number
    }
  | Extract<DeployEvent, { type: 'note' }>

type TaskOutcome = 'done' | 'failed' | 'cancelled'

/**
 * Runs a task for a user as a deploy would: in a one-off container of the current release, under the app's lock, recorded
 * in the journal. Returns the task's exit code. Throws LOCK_HELD, SERVICE_UNKNOWN, TASK_TIMED_OUT, what `inPlace` and running it throw,
 * the signal's reason if it aborts, and LOCK_LOST if the connection breaks meanwhile.
 */
export async function runTaskByHand(request: TaskRequest, signal: AbortSignal): Promise<number> {
  const { host, task, deployer, waitMs, clock } = request
  const holder = { ...deployer, task: task.name, sinceMs: clock.now() }
  await using lock = await host.lock(holder, { waitMs, signal })
  const alive = AbortSignal.any([signal, lock.lost])
  const { release, compose, whenLost } = await request.inPlace(alive)
  const run = startRun(request, { lock, release, service: serviceOf(task, release) })
  try {
    const { exitCode } = await runInContainer(run.task, { compose, onLine: run.print, signal: alive })
    run.finish(exitCode === 0 ? 'done' : 'failed', exitCode)
    return exitCode
  } catch (error) {
    run.finish(signal.aborted ? 'cancelled' : 'failed')
    const isCut = lock.lost.aborted || toDrayError(error).code === 'HOST_UNREACHABLE'
    throw isCut && !signal.aborted ? connectionLost(request, { whenLost, cause: error }) : error
  } finally {
    await settle(lock, request)
  }
}

type StartedRun = {
  task: TaskOfService
  print: (line: string, stream: 'stdout' | 'stderr') => void
  finish: (outcome: TaskOutcome, exitCode?: number) => void
}

/** Records the start, and later the end. */
function startRun(
  { task: named, host, deployer, clock, tell }: TaskRequest,
  { lock, release, service }: { lock: Lock; release: Release; service: string },
): StartedRun {
  const { name: task } = named
  const startedAtMs = clock.now()
  const journal = (event: string, facts: Readonly<Record<string, unknown>>): void => {
    lock.journal({
      version: RECORD_FORMAT,
      at: clock.now(),
      release: release.id,
      event,
      task,
      by: deployer,
      ...facts,
    })
  }
  journal('task.started', { service })
  const tag = release.tag === undefined ? {} : { tag: release.tag }
  tell({ type: 'task.started', at: startedAtMs, task, host: host.name, service, release: release.id, ...tag })
  return {
    task: { ...named, service },
    print: (line, stream) => tell({ type: 'task.printed', at: clock.now(), stream, line }),
    finish: (outcome, exitCode) => {
      const at = clock.now()
      const end = {
        outcome,
        ...(exitCode === undefined ? {} : { exitCode }),
        durationMs: at - startedAtMs,
      }
      journal('task.finished', { service, ...end })
      tell({ type: 'task.finished', at, task, ...end })
    },
  }
}

function serviceOf({ name, serviceCandidates }: NamedTask, release: Release): string {
  const known = serviceNames(release)
  const service = serviceCandidates.find((candidate) => known.includes(candidate))
  if (service !== undefined) return service
  throw new DrayError(
    'SERVICE_UNKNOWN',
    `Task ${name} runs in service ${serviceCandidates.join(' or ')}, which release ${release.id} does not have.`,
    {
      hint: `Its services: ${known.join(', ')}. Correct \`tasks.${name}.service\` in dray.yml.`,
    },
  )
}

function connectionLost(
  { host, task }: TaskRequest,
  {
    whenLost = 'The container of the task is removed within seconds',
    cause,
  }: { whenLost: string | undefined; cause: unknown },
): DrayError {
  return new DrayError(
    'LOCK_LOST',
    `The connection to ${host.name} broke while task ${task.name} was running.`,
    {
      hint: `${whenLost}; its changes stay. Check them before you run the task again.`,
      cause,
    },
  )
}

/** A journal that cannot be written does not change the result, so it is only a warning. */
async function settle(lock: Lock, { clock, tell }: TaskRequest): Promise<void> {
  try {
    await lock.settled()
  } catch (error) {
    const { message, hint } = toDrayError(error)
    tell({ type: 'note', at: clock.now(), level: 'warning', text: message, hint })
  }
}
