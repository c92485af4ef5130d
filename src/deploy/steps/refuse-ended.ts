import { DrayError } from '../../errors/dray-error.ts'
import { isOneShot } from '../app-model.ts'
import { logOf } from '../container-log.ts'
import type { StepContext } from '../execution.ts'
import type { Container } from '../ports.ts'
import { endOf } from './wait-healthy.ts'

/**
 * A release that crashes over and over may be healthy for a moment after each start. Before the old containers go, every
 * new one has to run still, and never to have been started again. Throws SERVICE_EXITED.
 */
export const refuseEnded = async ({ run }: StepContext): Promise<void> => {
  const { app } = run.observation.facts
  const containers = await run.host.engine.containers(app.project)
  const fresh = new Set([...run.done.fresh.values()].flat().map((container) => container.id))
  const mayEnd = new Set(
    app.services.filter((it) => !it.restarts || isOneShot(app, it.name)).map((it) => it.name),
  )
  const isWell = (container: Container): boolean =>
    container.state === 'running'
      ? container.restartCount === 0
      : container.state === 'exited' && container.exitCode === 0 && mayEnd.has(container.service)
  const ended = containers.find((container) => fresh.has(container.id) && !isWell(container))
  if (ended === undefined) return
  throw new DrayError('SERVICE_EXITED', `${ended.service} ${endOf(ended)} after it had become healthy.`, {
    details: await logOf(run.host.engine, ended),
  })
}
