import { DrayError } from '../../errors/dray-error.ts'
import { logOf } from '../container-log.ts'
import type { StepContext, StepRunner } from '../execution.ts'
import type { StepOf } from '../plan.ts'
import type { Container, ExecResult, HealthCheck } from '../ports.ts'

/** Waits until every new container of the services is healthy; the first that cannot be ends the wait for all. */
export const waitHealthy: StepRunner<StepOf<'wait-healthy'>> = async (step, context) => {
  const startedAtMs = context.execution.clock.now()
  const others = new AbortController()
  const signal = AbortSignal.any([context.signal, others.signal])
  const containers = step.services.flatMap((service) => context.run.done.fresh.get(service) ?? [])
  let healthy = 0
  try {
    await Promise.all(
      containers.map(async (container) => {
        await untilHealthy(container, { ...context, signal })
        healthy += 1
        context.progress({ text: `${healthy} of ${containers.length} healthy` })
      }),
    )
  } catch (error) {
    others.abort(error)
    throw error
  }
  return `after ${((context.execution.clock.now() - startedAtMs) / 1000).toFixed(1)} s`
}

const untilHealthy = async (container: Container, context: StepContext): Promise<void> => {
  const check = container.healthCheck
  if (check === undefined) await untilSettled(container, context)
  else await untilCheckPasses(container, check, context)
}

/**
 * Runs the container's own check, several times a second, instead of waiting for Docker's next turn. It gets as long as
 * Docker would give it before calling the container unhealthy: the start period and `retries` intervals.
 */
const untilCheckPasses = async (
  container: Container,
  check: HealthCheck,
  context: StepContext,
): Promise<void> => {
  const { execution, run, signal } = context
  const { clock, patience } = execution
  const timeoutMs =
    execution.servicePatience[container.service]?.healthTimeoutMs ??
    check.startPeriodMs + check.retries * check.intervalMs + check.timeoutMs
  const deadlineMs = clock.now() + timeoutMs
  let last: ExecResult | undefined
  while (clock.now() < deadlineMs) {
    const turnMs = clock.now()
    last = await runCheck(container, check, context)
    if (last?.exitCode === 0) return
    if (last !== undefined && cannotRun(last, check)) throw await brokenCheck(container, check, last, context)
    await throwIfStopped(container, context)
    await clock.sleep(Math.max(0, patience.healthPollMs - (clock.now() - turnMs)), signal)
  }
  const said = last?.output.trim().split('\n').at(-1) ?? ''
  throw new DrayError(
    'SERVICE_UNHEALTHY',
    `${container.service} was not healthy within ${Math.round(timeoutMs / 1000)} s: \`${check.argv.join(' ')}\` ` +
      (last === undefined ? 'gave no answer.' : `ended with ${last.exitCode}${said === '' ? '' : ` (${said})`}.`),
    { details: await logOf(run.host.engine, container) },
  )
}

/** One run of the check; undefined when the container could not take it, as while it stops. */
const runCheck = async (
  container: Container,
  check: HealthCheck,
  { run, signal }: StepContext,
): Promise<ExecResult | undefined> => {
  try {
    return await run.host.engine.exec(container.id, check.argv, { timeoutMs: check.timeoutMs, signal })
  } catch (error) {
    if (signal.aborted || !(error instanceof DrayError) || error.code !== 'DOCKER_FAILED') throw error
    return undefined
  }
}

/** The shells' codes for a command that is not there or not executable (POSIX, Shell Command Language, 2.8.2). */
const cannotRun = (result: ExecResult, check: HealthCheck): boolean =>
  (result.exitCode === 126 || result.exitCode === 127) && check.argv.length > 0

const brokenCheck = async (
  container: Container,
  check: HealthCheck,
  result: ExecResult,
  { run }: StepContext,
): Promise<DrayError> => {
  const shown = check.argv.join(' ')
  return new DrayError(
    'HEALTHCHECK_BROKEN',
    `The health check of ${container.service} cannot run in its image: \`${shown}\` (${result.output.trim() || `exit code ${result.exitCode}`}).`,
    { details: await logOf(run.host.engine, container) },
  )
}

/** Without a check: running, and not restarting, for a while. One that ends well and is not restarted is done. */
const untilSettled = async (container: Container, context: StepContext): Promise<void> => {
  const { clock, patience } = context.execution
  const service = context.run.observation.facts.app.services.find((it) => it.name === container.service)
  const untilMs = clock.now() + patience.settleMs
  while (clock.now() < untilMs) {
    const now = await context.run.host.engine.container(container.id)
    if (now.state === 'exited' && now.exitCode === 0 && service?.restarts === false) return
    await throwIfStopped(container, context, now)
    await clock.sleep(Math.min(patience.healthPollMs, Math.max(0, untilMs - clock.now())), context.signal)
  }
}

const throwIfStopped = async (container: Container, context: StepContext, known?: Container): Promise<void> => {
  const { engine } = context.run.host
  const now = known ?? (await engine.container(container.id))
  if (now.state === 'running' && now.restartCount === 0 && now.health !== 'unhealthy') return
  const details = await logOf(engine, now)
  if (now.state === 'running' && now.restartCount === 0) {
    throw new DrayError('SERVICE_UNHEALTHY', `Docker calls ${container.service} unhealthy.`, { details })
  }
  const why = now.outOfMemory ? 'was killed for using too much memory' : `ended with exit code ${now.exitCode}`
  throw new DrayError('SERVICE_EXITED', `${container.service} ${why} instead of becoming healthy.`, { details })
}
