import { DrayError } from '../../../errors/dray-error.ts'
import { isOneShot } from '../../model/app-model.ts'
import { logOf } from '../container-log.ts'
import type { StepContext } from '../execution.ts'
import type { Container } from '../../model/ports.ts'

/**
 * New containers that are to take over have to run still, and never to have been started again: a release that crashes over
 * and over may be healthy for a moment after each start. Throws SERVICE_EXITED.
 */
export async function refuseEnded({ run }: StepContext): Promise<void> {
  const { app } = run.observation.directory
  const fresh = [...run.done.fresh.values()].flat()
  const containers = await Promise.all(fresh.map(({ id }) => run.host.engine.container(id)))
  const mayEnd = new Set(
    app.services.filter((it) => !it.restarts || isOneShot(app, it.name)).map((it) => it.name),
  )
  const isWell = (container: Container): boolean =>
    container.state === 'running'
      ? container.restartCount === 0
      : container.state === 'exited' && container.exitCode === 0 && mayEnd.has(container.service)
  const ended = containers.find((container) => !isWell(container))
  if (ended === undefined) return
  throw new DrayError('SERVICE_EXITED', `${ended.service} ${endOf(ended)} after it had become healthy.`, {
    details: await logOf(run.host.engine, ended),
  })
}

/** How a container ended, as the rest of a sentence. */
export function endOf({ outOfMemory, state, exitCode }: Container): string {
  if (outOfMemory) return 'was killed for using too much memory'
  // Docker forgets the exit code as soon as it has started the container again.
  return state === 'running' ? 'ended and was started again' : `ended with exit code ${exitCode}`
}
