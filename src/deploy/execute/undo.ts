import { freshContainers, otherContainers, outsideProxy, type Execution, type HostRun } from './execution.ts'
import { upstreamOf } from '../model/proxies/proxy.ts'
import type { ForwardedService, StepOf } from '../model/plan.ts'
import { isWell, type Container } from '../model/container.ts'
import { stepsOn } from './steps-on.ts'
import { switchProxy } from './proxies/switch-proxy.ts'
import { switchTraefik } from './proxies/switch-traefik.ts'
import {
  findBehindStandIns,
  findHealthyStandIns,
  findServingBefore,
  RESTART_CHECKS,
  waitForRecreated,
} from './undo-stand-ins.ts'
import { clearForward, endForwards, forwardTo, listForwarded } from './steps/forward-ports.ts'

/** Undoes what a deploy did on one host. Appends each undone action to `undone`. */
export async function undoHost(run: HostRun, execution: Execution, undone: string[]): Promise<void> {
  if (run.done.placed) {
    await run.host.directory.restore()
    undone.push('files restored')
  }
  const behindStandIns = await findBehindStandIns(run)
  const replaced = await findReplaced(run, execution)
  for (const service of replaced) run.done.recreated.add(service)
  if (replaced.length > 0) reportReplaced(replaced, run, execution)
  await giveBackPorts(run, behindStandIns)
  for (const service of run.done.recreated) {
    if (behindStandIns.includes(service)) continue
    await recreateAsBefore(service, run)
    undone.push(`${service} recreated as before`)
  }
  if (await startStopped(run)) undone.push('old containers restarted')
  if (behindStandIns.length > 0) await undoBehindStandIns(behindStandIns, { run, execution, undone })
  // A container that was recreated twice may have another address than the proxy has.
  const moved = run.done.switched || run.done.recreated.size > 0
  let fresh: readonly Container[] | undefined
  if (!moved) fresh = await drainFresh(run, execution)
  else {
    const isSwitched = await switchBack(run, execution)
    if ((await endForwarding({ run, execution })) || isSwitched) undone.push('traffic switched back')
  }
  const removed = await removeFresh(run, fresh ?? (await freshContainers(run)))
  for (const service of run.done.forwarded) await clearForward(service, run)
  await run.pins.end()
  if (removed.length > 0) undone.push(`${removed.join(', ')} removed`)
}

/**
 * Services of which a user has removed all old containers during the deploy, as `docker compose up -d` by hand does once the new
 * files are in place: it puts containers of the new release in their place.
 */
async function findReplaced({ host, observation, done }: HostRun, { plan }: Execution): Promise<string[]> {
  const { app } = observation.directory
  const existing = new Set((await host.engine.containers(app.project)).map(({ id }) => id))
  const runOnce = stepsOn(plan, host.name).flatMap((step) => (step.kind === 'run-once' ? step.service : []))
  return app.services.flatMap(({ name }) => {
    if (done.recreated.has(name) || runOnce.includes(name)) return []
    const old = observation.containers.filter(
      (it) => it.service === name && !it.oneOff && it.state === 'running',
    )
    return old.length === 0 || old.some(({ id }) => existing.has(id)) ? [] : [name]
  })
}

function reportReplaced(services: readonly string[], { host }: HostRun, { clock, emit }: Execution): void {
  const text = `All old containers of ${services.join(', ')} on ${host.name} were removed during the deploy, and not by dray.`
  const hint = "Run no `docker compose` command in the app's directory while a deploy runs."
  emit({ type: 'note', at: clock.now(), level: 'warning', text, hint })
}

/** Recreates services as before while their stand-ins serve, so that no request is lost. */
async function undoBehindStandIns(
  services: readonly string[],
  { run, execution, undone }: { run: HostRun; execution: Execution; undone: string[] },
): Promise<void> {
  const standIns = await findHealthyStandIns(services, run)
  // Otherwise the proxy still has their addresses.
  if (run.done.returned && standIns.length > 0) {
    await switchBack(run, execution, standIns)
    await forwardAgain(standIns, { run, execution })
  }
  for (const service of services) {
    await recreateAsBefore(service, run, 'force-recreate')
    undone.push(`${service} recreated as before`)
  }
  await waitForRecreated(services, { run, execution })
}

/** Stops new containers that took a port over from the old ones of another service; these are about to start again. */
async function giveBackPorts(run: HostRun, behindStandIns: readonly string[]): Promise<void> {
  const { done, host, observation } = run
  const givers = observation.containers.filter(
    ({ id, service }) => done.stopped.has(id) || done.recreated.has(service),
  )
  if (givers.length === 0) return
  const holders = (await freshContainers(run)).filter(
    ({ service, publishedPorts }) =>
      (!done.recreated.has(service) || behindStandIns.includes(service)) &&
      givers.some(
        (it) => it.service !== service && it.publishedPorts.some((port) => publishedPorts.includes(port)),
      ),
  )
  await Promise.all(holders.map(({ id }) => run.stops.run(() => host.engine.stop(id), { hurries: true })))
}

/** Starts the stopped old containers again and waits until they are healthy; false without any. */
async function startStopped({ done, host, observation }: HostRun): Promise<boolean> {
  const stopped = observation.containers.filter(
    ({ id, state, service }) => done.stopped.has(id) && state === 'running' && !done.recreated.has(service),
  )
  await Promise.all(
    stopped.map(async ({ id, healthCheck }) => {
      await host.engine.start(id)
      if (healthCheck === undefined) return
      const { argv, timeoutMs } = healthCheck
      await host.engine.exec(id, argv, { timeoutMs, attempts: RESTART_CHECKS })
    }),
  )
  return stopped.length > 0
}

/** Uses the image that was running, even if the files from before dray name another one. */
async function recreateAsBefore(
  service: string,
  run: HostRun,
  mode: 'recreate' | 'force-recreate' = 'recreate',
): Promise<void> {
  const before = run.observation.containers.filter(
    (it) => it.service === service && !it.oneOff && it.state !== 'exited' && it.state !== 'created',
  )
  const imageName = before[0]?.imageName
  await run.host.compose.up({
    services: [{ service, scale: before.length }],
    mode,
    ...(imageName === undefined ? {} : { images: { [service]: imageName } }),
  })
}

/**
 * Switches every proxy of the plan, in its order, to the containers from before the deploy and to those that were recreated as
 * before; for services of `standIns` to these. False if the plan has no running proxy to switch.
 */
async function switchBack(
  run: HostRun,
  execution: Execution,
  standIns: readonly Container[] = [],
): Promise<boolean> {
  const switches = stepsOn(execution.plan, run.host.name).filter(
    (step): step is StepOf<'switch-traffic'> => step.kind === 'switch-traffic',
  )
  let isSwitched = false
  // A plan with stand-ins switches each proxy twice.
  for (const step of new Map(switches.map((it) => [it.proxy, it])).values()) {
    if (await switchProxyBack(step, { run, execution, standIns })) isSwitched = true
  }
  return isSwitched
}

async function switchProxyBack(
  step: StepOf<'switch-traffic'>,
  { run, execution, standIns }: { run: HostRun; execution: Execution; standIns: readonly Container[] },
): Promise<boolean> {
  const now = await run.host.engine.containers(run.observation.directory.app.project)
  const running = now.filter(({ oneOff, state }) => !oneOff && state === 'running')
  const before = new Set(run.observation.containers.map((it) => it.id))
  const proxies = outsideProxy(step.proxy, run) ?? running.filter((it) => it.service === step.proxy)
  // New containers of a proxy that was rolled are about to be removed.
  const staying = proxies.filter((it) => before.has(it.id))
  const targets = await Promise.all(
    step.services.map(async (service) => {
      const standIn = standIns.filter((it) => it.service === service)
      return standIn.length > 0 ? standIn : findServingBefore(service, now, run)
    }),
  )
  if (step.proxyKind === 'traefik') {
    await switchTraefikBack(step.services, targets.flat(), { run, execution })
    return true
  }
  for (const proxy of staying.length > 0 ? staying : proxies) {
    const { drained } = await switchProxy(step.proxyKind, {
      engine: run.host.engine,
      pins: run.pins,
      pinMs: execution.patience.pinMs,
      clock: execution.clock,
      proxy,
      pinFile: step.pinFile,
      containers: step.reloadOnly ? [] : targets.flat(),
      drainMs: execution.patience.drainMs,
      ...(step.withoutReload && { leaving: await otherContainers(step.services, targets.flat(), run) }),
    })
    await drained
  }
  return proxies.length > 0
}

/** Those that were unhealthy before the deploy are not waited for. */
async function switchTraefikBack(
  services: readonly string[],
  to: readonly Container[],
  { run, execution }: { run: HostRun; execution: Execution },
): Promise<void> {
  const unwell = new Set(run.observation.containers.filter((it) => !isWell(it)).map(({ id }) => id))
  const { drained } = await switchTraefik({
    engine: run.host.engine,
    clock: execution.clock,
    drainMs: execution.patience.drainMs,
    to: to.filter(({ id }) => !unwell.has(id)),
    from: await otherContainers(services, to, run),
  })
  await drained
}

/** Sends new connections to the stand-ins again, since the containers that publish the ports are about to be recreated. */
async function forwardAgain(
  standIns: readonly Container[],
  { run, execution }: { run: HostRun; execution: Execution },
): Promise<void> {
  for (const forwarded of findForwarded({ run, execution })) {
    const to = standIns.filter((it) => it.service === forwarded.service)
    if (to.length > 0) await forwardTo(to, forwarded, run)
  }
}

/** Sends new connections to the containers from before the deploy, and waits for those to the stand-ins. False without any. */
async function endForwarding(context: { run: HostRun; execution: Execution }): Promise<boolean> {
  const services = findForwarded(context)
  const before = new Set(context.run.observation.containers.map(({ id }) => id))
  const leaves = ({ id, standIn, service }: Container): boolean =>
    standIn === true || !(before.has(id) || context.run.done.recreated.has(service))
  const { drained } = await endForwards(services, leaves, context)
  await drained
  return services.length > 0
}

function findForwarded({ run, execution }: { run: HostRun; execution: Execution }): ForwardedService[] {
  return listForwarded(execution, run.host.name).filter(({ service }) => run.done.forwarded.has(service))
}

/** Before traffic is switched, Traefik may send requests to those of the new containers that are healthy. Returns all new ones, unless that took a while. */
async function drainFresh(run: HostRun, execution: Execution): Promise<readonly Container[] | undefined> {
  const fresh = await freshContainers(run)
  const from = fresh.filter(
    (it) =>
      it.state === 'running' && it.health === 'healthy' && upstreamOf(run.observation.proxies, it.service),
  )
  if (from.length === 0) return fresh
  const { engine } = run.host
  const { drainMs } = execution.patience
  const { drained } = await switchTraefik({ engine, clock: execution.clock, drainMs, to: [], from })
  await drained
  return undefined
}

async function removeFresh(run: HostRun, started: readonly Container[]): Promise<string[]> {
  const fresh = run.observation.directory.app.services.flatMap(({ name }) =>
    started.filter((it) => it.service === name && (it.standIn || !run.done.recreated.has(name))),
  )
  const { engine } = run.host
  await Promise.all(
    fresh.map(({ id, state }) =>
      run.stops.run(
        async () => {
          // Docker is slow to stop a container that it is about to restart, and such a one has nothing to finish.
          if (state === 'running') await engine.stop(id)
          await engine.remove(id, { force: true, anonymousVolumes: true })
        },
        { hurries: true },
      ),
    ),
  )
  return fresh.map((container) => container.name)
}
