import { DrayError } from '../../../errors/dray-error.ts'
import { isOneShot } from '../../model/app-model.ts'
import { logOf } from '../container-log.ts'
import type { StepContext } from '../execution.ts'
import type { Container } from '../../model/container.ts'

/** Of fifty steps side by side, each would look at fifty containers. */
const LOOK_EVERY_MS = 1_000

/** The same as `refuseEnded`, unless the last look at all new containers began within the last second. */
export async function refuseEndedLately(context: StepContext): Promise<void> {
  const { lookedAtMs = -Infinity } = context.run.done
  if (context.execution.clock.now() - lookedAtMs >= LOOK_EVERY_MS) await refuseEnded(context)
}

/**
 * New containers, all or those of some services, must still run, without a restart, before they replace others: a container in a crash
 * loop may be briefly healthy after each start. Throws SERVICE_EXITED.
 */
export async function refuseEnded(
  { run, execution }: StepContext,
  services?: readonly string[],
): Promise<void> {
  const { app } = run.observation.directory
  const { done } = run
  const asked = [...done.fresh.keys()].filter((it) => services?.includes(it) ?? true)
  if (asked.length === done.fresh.size) done.lookedAtMs = execution.clock.now()
  const fresh = asked.flatMap((it) => done.fresh.get(it) ?? [])
  const containers = await Promise.all(fresh.map(({ id }) => run.host.engine.container(id)))
  const mayEnd = new Set(
    app.services.filter((it) => !it.restarts || isOneShot(app, it.name)).map((it) => it.name),
  )
  const mayRetry = new Set(app.services.filter((it) => it.retries).map((it) => it.name))
  const isWell = (container: Container): boolean =>
    container.state === 'running'
      ? container.restartCount === 0 || mayRetry.has(container.service)
      : container.state === 'exited' && container.exitCode === 0 && mayEnd.has(container.service)
  const ended = containers.find((container) => !isWell(container))
  if (ended === undefined) return
  throw new DrayError('SERVICE_EXITED', `${ended.service} ${endOf(ended)} after it was healthy.`, {
    details: await logOf(run.host.engine, ended),
  })
}

/** How a container ended, as part of a sentence. */
export function endOf({ outOfMemory, state, exitCode }: Container): string {
  if (outOfMemory) return 'ran out of memory and was killed'
  // Docker discards the exit code when it restarts the container.
  return state === 'running' ? 'exited and was restarted' : `exited with code ${exitCode}`
}
