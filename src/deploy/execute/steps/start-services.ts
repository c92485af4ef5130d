import { DrayError } from '../../../errors/dray-error.ts'
import { logOf } from '../container-log.ts'
import { describePause } from '../answer-times.ts'
import {
  freshContainers,
  noteStarted,
  publishedPorts,
  type StepContext,
  type StepRunner,
} from '../execution.ts'
import type { Compose } from '../../model/compose.ts'
import type { Container } from '../../model/container.ts'
import type { StepOf } from '../../model/plan.ts'
import { describeReached, refuseReached } from '../proxies/refuse-reached.ts'
import { pullLostImages } from './images.ts'
import { fewAtOnce } from '../../../shared/few-at-once.ts'
import { refuseEnded } from './refuse-ended.ts'

/** sshd allows ten sessions for a connection, and a server has few cores. */
const COMPOSE_AT_ONCE = 6
/** How long the next new containers of a deploy wait at most for the app to answer as fast as before. */
const MOST_PAUSE_MS = 5_000

/** Starts the new containers next to the old ones, with one Compose call for all services. */
export const startBeside: StepRunner<StepOf<'start-beside'>> = async (step, context) => {
  const { run, signal } = context
  const { engine } = run.host
  const pause = await pauseWhileSlow(context)
  await Promise.all(
    step.services.flatMap(({ discard }) => discard.map((id) => engine.remove(id, { force: true }))),
  )
  await up(context, {
    services: step.services.map(({ service, add, running }) => ({ service, scale: running + add })),
    mode: 'beside',
    signal,
  })
  const isStarted = ({ service }: Container): boolean => step.services.some((it) => it.service === service)
  const others = [...run.done.fresh.values()].flat().filter((it) => !isStarted(it))
  const fresh = await freshContainers(run, others)
  for (const { service } of step.services) {
    noteStarted(
      service,
      fresh.filter((it) => it.service === service),
      context,
    )
  }
  return pause
}

/** Waits while the app is slow, if new containers of this deploy run already; resolves with a few words on it. */
async function pauseWhileSlow({ run, signal, progress }: StepContext): Promise<string | undefined> {
  if (run.done.fresh.size === 0) return undefined
  if (run.answers.isSlow) progress({ text: 'waits: the app answers slowly' })
  return describePause(await run.answers.waitWhileSlow(MOST_PAUSE_MS, signal))
}

/** Starts stand-ins, each with one call of Compose. All calls have ended when it throws, so that the undo sees every one. */
export const startStandIn: StepRunner<StepOf<'start-stand-in'>> = async (step, context) => {
  const { run, signal } = context
  const { app } = run.observation.directory
  const pause = await pauseWhileSlow(context)
  for (const { service } of step.services) run.done.fresh.set(service, [])
  try {
    const calls = step.services.flatMap(({ names, ...rest }) => names.map((name) => ({ ...rest, name })))
    await fewAtOnce(COMPOSE_AT_ONCE, calls, async ({ service, name, aliases, labels }) => {
      const networks = app.services.find((it) => it.name === service)?.networks ?? []
      await startWithImages([service], context, (compose) =>
        compose.startStandIn({
          service,
          containerName: name,
          aliases,
          networks,
          ...(labels && { labels }),
          signal,
        }),
      )
    })
  } finally {
    const started = (await freshContainers(run)).filter((it) => it.standIn)
    for (const { service } of step.services) {
      const standIns = started.filter((it) => it.service === service)
      noteStarted(service, standIns, context)
      if (standIns.length > 0) run.done.standIns.set(service, standIns)
    }
  }
  return pause
}

/** Starts services, or recreates them, with Compose. If their stand-ins serve, requests to the old containers end first. Throws STILL_REACHED. */
export const recreateServices: StepRunner<StepOf<'recreate-services'>> = async (step, context) => {
  const { run, signal } = context
  if (step.frees !== undefined || step.services.some(({ service }) => run.done.standIns.has(service))) {
    await refuseEnded(context)
    await Promise.all(
      step.services.map(async ({ service }) => {
        const fresh = run.done.standIns.get(service)
        if (fresh === undefined) return
        const old = run.observation.containers.filter(
          (it) => it.service === service && !it.oneOff && it.state === 'running',
        )
        await refuseReached(describeReached({ service, old, fresh }, context), run.done.drained)
      }),
    )
    await run.done.drained
  }
  await Promise.all(
    step.services.flatMap(({ discard = [] }) =>
      discard.map((id) => run.host.engine.remove(id, { force: true })),
    ),
  )
  for (const { service } of step.services) {
    if (!step.fresh) run.done.recreated.add(service)
    run.done.fresh.set(service, [])
  }
  for (const { service } of step.services) watchGaps(service, step, context)
  if (step.frees !== undefined) await handOver(step, context)
  const mode = step.fresh ? 'recreate' : 'force-recreate'
  const services = step.services.map(({ service, scale }) => ({ service, scale }))
  const calls = step.apart ? services.map((it) => [it]) : [services]
  await fewAtOnce(COMPOSE_AT_ONCE, calls, async (it) => {
    await up(context, { services: it, mode, signal })
    await noteFresh(it, context)
  })
  return undefined
}

/** The containers of services that Compose has recreated. */
async function noteFresh(services: readonly { service: string }[], context: StepContext): Promise<void> {
  const { run } = context
  const containers = await run.host.engine.containers(run.observation.directory.app.project)
  for (const { service } of services) {
    const fresh = containers.filter((it) => it.service === service && !it.oneOff)
    noteStarted(service, fresh, context)
    const [only, ...others] = fresh
    if (only !== undefined && others.length === 0) run.gaps.followContainer(only)
  }
}

/** Measures for how long the service is missing, unless a stand-in serves. */
function watchGaps(service: string, { fresh }: StepOf<'recreate-services'>, { run }: StepContext): void {
  const { entrances, containers } = run.observation
  if (run.gaps.watchPorts(publishedPorts([service], run), entrances) || run.done.standIns.has(service)) return
  const old = containers.find((it) => it.service === service && !it.oneOff && it.state === 'running')
  if (!fresh && old !== undefined) run.gaps.watchContainer(old)
}

/**
 * Stops the containers that hold the ports of the services, and at once starts new ones, which exist by then. Compose has
 * nothing left to do for these.
 */
async function handOver(step: StepOf<'recreate-services'>, context: StepContext): Promise<void> {
  const { run, execution, signal } = context
  const { engine } = run.host
  const services = step.services.map(({ service, scale }) => ({ service, scale }))
  if (step.fresh) await up(context, { services, mode: 'create', signal })
  const created = (await freshContainers(run)).filter(
    (it) => it.state === 'created' && step.services.some(({ service }) => service === it.service),
  )
  await Promise.all(
    (step.frees ?? []).flatMap(({ service, containers }) =>
      containers.map(async (id) => {
        run.done.stopped.add(id)
        await engine.stop(id, execution.servicePatience[service]?.drainMs)
      }),
    ),
  )
  await Promise.all(created.map(({ id }) => engine.start(id)))
}

/** Starts a service that must succeed, and waits for it to exit. */
export const runOnce: StepRunner<StepOf<'run-once'>> = async (step, context) => {
  const { run, signal, execution } = context
  const { engine } = run.host
  run.done.fresh.set(step.service, [])
  await up(context, { services: [{ service: step.service, scale: 1 }], mode: 'force-recreate', signal })
  const started = (await freshContainers(run)).find((it) => it.service === step.service)
  if (started === undefined) throw new DrayError('SERVICE_EXITED', `${step.service} has no container.`)
  for (;;) {
    const container = await engine.container(started.id)
    run.done.fresh.set(step.service, [container])
    if (container.state === 'exited' || container.state === 'dead') {
      if (container.exitCode === 0) return undefined
      throw new DrayError(
        'SERVICE_EXITED',
        `${step.service} exited with code ${container.exitCode}, but other services need it to succeed.`,
        { details: await logOf(engine, container) },
      )
    }
    await execution.clock.sleep(execution.patience.healthPollMs, signal)
  }
}

/** Starts services with Compose. */
async function up(context: StepContext, request: Parameters<Compose['up']>[0]): Promise<void> {
  const services = request.services.map(({ service }) => service)
  await startWithImages(services, context, (compose) => compose.up(request))
}

/** Calls Compose. If a prune outside dray removed an image of the services since the pull, it is pulled again first. */
async function startWithImages(
  services: readonly string[],
  context: StepContext,
  start: (compose: Compose) => Promise<void>,
): Promise<void> {
  const { compose } = context.run.host
  for (const { answers } of context.execution.hosts.values()) answers.noteFirstStart()
  try {
    await start(compose)
  } catch (error) {
    context.signal.throwIfAborted()
    if (!(await pullLostImages(services, context))) throw error
    await start(compose)
  }
}
