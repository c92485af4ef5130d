import { DrayError } from '../../../errors/dray-error.ts'
import { logOf } from '../container-log.ts'
import { lastStartOf, publishedPorts, type StepContext, type StepRunner } from '../execution.ts'
import type { StepOf } from '../../model/plan.ts'
import type { ExecResult } from '../../model/ports.ts'
import type { ServiceModel } from '../../model/app-model.ts'
import type { Container, HealthCheck } from '../../model/container.ts'
import { readListeningPorts } from '../../model/proxies/connections.ts'
import { shownCheck } from '../../model/drain-check.ts'
import { reportGaps } from '../gaps.ts'
import { checkPace, type CheckPace } from './check-pace.ts'
import { endOf, refuseEnded } from './refuse-ended.ts'
import { createWaitReport, type WaitReport } from './wait-report.ts'

/** Waits until every new container of the services is healthy; the first failure ends the wait for all. */
export const waitHealthy: StepRunner<StepOf<'wait-healthy'>> = async (step, context) => {
  const others = new AbortController()
  const signal = AbortSignal.any([context.signal, others.signal])
  const containers = step.services.flatMap((service) => context.run.done.fresh.get(service) ?? [])
  const checked = containers.filter((it) => it.healthCheck !== undefined).length
  const report = createWaitReport(containers, context)
  try {
    await Promise.all(
      containers.map(async (container) => {
        await untilHealthy(container, { ...context, signal, checked, report })
        report.passed(container)
      }),
    )
  } catch (error) {
    others.abort(error)
    throw error
  }
  if (takesOver(step.services, context)) await untilSteady(step.services, context)
  for (const service of step.services) context.run.done.healthy.add(service)
  const waitedMs = context.execution.clock.now() - lastStartOf(step.services, context)
  const gaps = await reportGaps(
    { ports: publishedPorts(step.services, context.run), services: step.services },
    context,
  )
  return `after ${(waitedMs / 1000).toFixed(1)} s${gaps}`
}

/** Whether a running service would be lost if the new containers fail. */
function takesOver(services: readonly string[], { run }: StepContext): boolean {
  return run.observation.containers.some(
    ({ service, oneOff, state }) =>
      services.includes(service) && !oneOff && state === 'running' && !run.done.recreated.has(service),
  )
}

/**
 * A container in a crash loop is briefly healthy after each start. A slow start has been watched long enough by now; a
 * container that was healthy immediately is watched a little longer.
 */
async function untilSteady(services: readonly string[], context: StepContext): Promise<void> {
  const { clock, patience } = context.execution
  const missingMs = lastStartOf(services, context) + patience.steadyMs - clock.now()
  if (missingMs > 0) await clock.sleep(missingMs, context.signal)
  await refuseEnded(context, [...context.run.done.healthy, ...services])
}

/** `checked`: number of containers with a health check that are waited for together. */
type WaitContext = StepContext & { checked: number; report: WaitReport }

async function untilHealthy(container: Container, context: WaitContext): Promise<void> {
  const check = container.healthCheck
  if (check === undefined) await untilSettled(container, context)
  else await untilCheckPasses(container, check, context)
}

/**
 * Runs the container's health check many times a second, instead of waiting for Docker's next run. The time limit is the
 * same as Docker's before it reports the container as unhealthy: the start period and `retries` intervals.
 */
async function untilCheckPasses(
  container: Container,
  check: HealthCheck,
  context: WaitContext,
): Promise<void> {
  const { execution, run, signal } = context
  const { clock } = execution
  const verdictMs = check.startPeriodMs + check.retries * check.intervalMs
  const timeoutMs =
    execution.servicePatience[container.service]?.healthTimeoutMs ?? verdictMs + check.timeoutMs
  const startedAtMs = clock.now()
  const deadlineMs = startedAtMs + timeoutMs
  let last: ExecResult | undefined
  let failedIn: number | undefined
  context.report.waits(container, { said: '', untilMs: deadlineMs })
  while (clock.now() < deadlineMs) {
    const waitedMs = clock.now() - startedAtMs
    const pace = checkPace({ waitedMs, verdictMs, containers: context.checked })
    // In parallel, since each needs a round trip to the server. A passing check overrides Docker's verdict, but not if it
    // passed in a container that was restarted.
    const alive = throwIfStopped(container, context)
    alive.catch(() => undefined)
    last = await runCheck(container, { ...check, ...pace }, context)
    if (last?.exitCode === 0) {
      await alive.catch(throwIfExited)
      return
    }
    const now = await alive
    if (isDone(now, context)) return
    const cannotRun = last?.exitCode === 126 || last?.exitCode === 127
    if (last !== undefined && cannotRun && now.restartCount === failedIn) {
      throw await brokenCheck(container, last, context)
    }
    // A container that is just ending gives the same codes: only the second time, without a restart between them, counts.
    failedIn = cannotRun ? now.restartCount : undefined
    context.report.waits(container, { said: await hide(lastLineOf(last), context), untilMs: deadlineMs })
    await clock.sleep(pace.pauseMs, signal)
  }
  const said = lastLineOf(last)
  const end =
    last === undefined
      ? 'did not finish.'
      : `exited with code ${last.exitCode}${said === '' ? '' : ` (${said})`}.`
  throw new DrayError(
    'SERVICE_UNHEALTHY',
    `${container.service} was not healthy within ${Math.round(timeoutMs / 1000)} s: ` +
      (await hide(`\`${shownCheck(check.argv)}\` ${end}`, context)),
    { details: await logOf(run.host.engine, container) },
  )
}

/** Hides values of variables: Compose fills them into the command of a check, and the check may print them. */
async function hide(text: string, { run }: StepContext): Promise<string> {
  return text === '' ? text : run.host.engine.hideValues(text)
}

function lastLineOf(result: ExecResult | undefined): string {
  return result?.output.trim().split('\n').at(-1) ?? ''
}

/** Runs the check, up to `most` times while it fails; undefined if the container could not run it, such as while stopping. */
async function runCheck(
  container: Container,
  { argv, timeoutMs, most, pauseMs }: HealthCheck & CheckPace,
  { run, signal }: StepContext,
): Promise<ExecResult | undefined> {
  try {
    return await run.host.engine.exec(container.id, argv, { timeoutMs, attempts: { most, pauseMs }, signal })
  } catch (error) {
    if (signal.aborted || !(error instanceof DrayError) || error.code !== 'DOCKER_FAILED') throw error
    return undefined
  }
}

/** For 126 and 127, the shell's codes for a command that is not executable or not found (POSIX, 2.8.2). */
async function brokenCheck(
  container: Container,
  result: ExecResult,
  context: StepContext,
): Promise<DrayError> {
  const shown = shownCheck(container.healthCheck?.argv ?? [])
  const said = result.output.trim() || `exit code ${result.exitCode}`
  return new DrayError(
    'HEALTHCHECK_BROKEN',
    `The health check of ${container.service} cannot run in its image: ` +
      (await hide(`\`${shown}\` (${said}).`, context)),
    { details: await logOf(context.run.host.engine, container) },
  )
}

/**
 * For a container without a check: waits until it listens on a port that its image exposes. If the image exposes none, or
 * the old container does not listen on one either, waits until it has run for a while without a restart. One that exits
 * with 0 is done, unless Docker starts it again. One that is started again only after a failure has time for that. One that does not listen while the previous release does is never ready.
 */
async function untilSettled(container: Container, context: WaitContext): Promise<void> {
  const { clock, patience } = context.execution
  const { ports, were } = await portsToExpect(container, context)
  const startedAtMs = clock.now()
  const limitMs = ports.length === 0 ? patience.settleMs : patience.listenMs
  let sinceMs = lastStartOf([container.service], context)
  let untilMs = (ports.length === 0 ? sinceMs : startedAtMs) + limitMs
  context.report.waits(container, { said: '', untilMs })
  let restarts = container.restartCount
  do {
    const turnMs = clock.now()
    const now = await context.run.host.engine.container(container.id)
    const listening = await listensOn(now, ports, context)
    if (isDone(now, context)) return
    await throwIfStopped(container, context, now)
    if (now.restartCount > restarts || now.state === 'restarting') {
      if (turnMs - startedAtMs >= patience.retryMs) throw await exitedEarly(now, context)
      restarts = now.restartCount
      sinceMs = turnMs
      untilMs = turnMs + limitMs
      context.report.waits(container, { said: 'started again', untilMs })
    }
    if (listening === 'yes') return
    if (listening === 'unknown' && turnMs - sinceMs >= patience.settleMs) return
    await clock.sleep(Math.max(0, patience.healthPollMs - (clock.now() - turnMs)), context.signal)
  } while (clock.now() < untilMs)
  if (were === 'open') {
    throw new DrayError(
      'SERVICE_UNHEALTHY',
      `${container.service} did not listen on port ${ports.join(' or ')} within ${Math.round(patience.listenMs / 1000)} s, although the container before it does.`,
      { details: await logOf(context.run.host.engine, container) },
    )
  }
}

/**
 * Ports its image exposes, empty if the container before it, the old one or its stand-in, listens on none of them; and their
 * state there.
 */
async function portsToExpect(
  container: Container,
  context: StepContext,
): Promise<{ ports: readonly number[]; were: 'open' | 'unknown' }> {
  const { observation, done } = context.run
  const ports = observation.resolved.get(container.service)?.config.exposedPorts ?? []
  const standIns = done.standIns.get(container.service)
  // The address of a container that was recreated may belong to another one by now.
  const old = done.recreated.has(container.service)
    ? undefined
    : observation.containers.find((it) => it.service === container.service && it.state === 'running')
  const isStandIn = standIns?.some(({ id }) => id === container.id)
  const before = isStandIn ? old : (standIns?.[0] ?? old)
  if (before === undefined || ports.length === 0) return { ports, were: 'unknown' }
  // On a busy host one attempt may get no answer in time.
  let listened = await listensOn(before, ports, context)
  for (let turn = 0; listened === 'unknown' && turn < 2; turn++) {
    listened = await listensOn(before, ports, context)
  }
  return { ports: listened === 'no' ? [] : ports, were: listened === 'yes' ? 'open' : 'unknown' }
}

/**
 * Whether something in a container listens on one of the ports: by the kernel's table, and where the host does not show it, by a
 * connection. Over SSH that says yes as well if nothing answers in time, such as for a container that is down at the moment.
 */
async function listensOn(
  container: Container,
  ports: readonly number[],
  context: StepContext,
): Promise<'yes' | 'no' | 'unknown'> {
  const { prober, engine } = context.run.host
  if (ports.length === 0) return 'unknown'
  if (container.state !== 'running') return 'no'
  const table = (await prober.networkTables([container])).get(container.id)
  if (table !== undefined) {
    const listening = readListeningPorts(table)
    return ports.some((port) => listening.has(port)) ? 'yes' : 'no'
  }
  // It may have ended meanwhile, and its address may belong to another one.
  if ((await engine.container(container.id)).pid !== container.pid) return 'no'
  const address = container.networks.find((network) => network.address !== '')?.address
  if (address === undefined) return 'unknown'
  const answers = await Promise.all(ports.map((port) => prober.listens(address, port)))
  if (answers.includes('yes')) return 'yes'
  return answers.includes('unknown') ? 'unknown' : 'no'
}

function serviceOf({ service }: Container, { run }: StepContext): ServiceModel | undefined {
  return run.observation.directory.app.services.find(({ name }) => name === service)
}

/** Whether it has exited with 0, and Docker does not start it again. */
function isDone(now: Container, context: StepContext): boolean {
  return now.state === 'exited' && now.exitCode === 0 && serviceOf(now, context)?.restarts === false
}

async function exitedEarly(now: Container, { run }: StepContext): Promise<DrayError> {
  return new DrayError('SERVICE_EXITED', `${now.service} ${endOf(now)} before it was healthy.`, {
    details: await logOf(run.host.engine, now),
  })
}

/** Returns its state if it runs, is done, or may try again. */
async function throwIfStopped(
  container: Container,
  context: StepContext,
  known?: Container,
): Promise<Container> {
  const { engine } = context.run.host
  const now = known ?? (await engine.container(container.id))
  const mayRetry = serviceOf(container, context)?.retries === true
  const runs = now.state === 'running' || (mayRetry && now.state === 'restarting')
  if (isDone(now, context)) return now
  if (runs && (now.restartCount === 0 || mayRetry) && now.health !== 'unhealthy') return now
  const details = await logOf(engine, now)
  if (now.state === 'running' && now.restartCount === 0) {
    const said = now.healthOutput.split('\n').at(-1) ?? ''
    const end = said === '' ? 'failed.' : `failed (${said}).`
    throw new DrayError(
      'SERVICE_UNHEALTHY',
      `Docker reports ${container.service} as unhealthy: ` +
        (await hide(`\`${shownCheck(now.healthCheck?.argv ?? [])}\` ${end}`, context)),
      { details },
    )
  }
  throw await exitedEarly(now, context)
}

function throwIfExited(error: unknown): void {
  if (!(error instanceof DrayError) || error.code !== 'SERVICE_UNHEALTHY') throw error
}
