import { DrayError } from '../../../errors/dray-error.ts'
import {
  addDrained,
  otherContainers,
  outsideProxy,
  type HostRun,
  type StepContext,
  type StepRunner,
} from '../execution.ts'
import type { Plan, StepOf } from '../../model/plan.ts'
import { readListeningPorts, tryReadTable } from '../../model/proxies/connections.ts'
import { listForwarded } from './forward-ports.ts'
import type { Container } from '../../model/container.ts'
import { stepsOn } from '../steps-on.ts'
import { switchProxy } from '../proxies/switch-proxy.ts'
import { switchTraefik } from '../proxies/switch-traefik.ts'

/** Switches traffic to the new containers. `stop-old` waits for the old ones to finish their requests. */
export const switchTraffic: StepRunner<StepOf<'switch-traffic'>> = async (
  step,
  { run, execution, signal },
) => {
  const { patience, servicePatience, clock } = execution
  const drainMs = Math.max(
    ...step.services.map((service) => servicePatience[service]?.drainMs ?? patience.drainMs),
    step.services.length === 0 ? patience.drainMs : 0,
  )
  const proxies = await findSenders(step, { run, execution })
  if (proxies.length === 0 && step.proxyKind !== 'traefik' && step.proxyKind !== 'caller')
    throw new DrayError('PROXY_FAILED', `${step.proxy} is not running.`)
  const wasSwitched = run.done.switched
  run.done.switched = true
  if (step.services.some((service) => run.done.standIns.has(service) && run.done.recreated.has(service))) {
    run.done.returned = true
  }
  const containers = step.services.flatMap((service) => servingContainers(service, run, execution.plan))
  const isDrained = step.proxyKind === 'traefik' || step.withoutReload
  const leaving = isDrained ? await otherContainers(step.services, containers, run) : []
  const close =
    step.proxyKind === 'caller' ? await planClosing(leaving, drainMs, { run, execution }) : undefined
  const switches =
    step.proxyKind === 'traefik'
      ? [
          switchTraefik({
            engine: run.host.engine,
            to: containers,
            from: leaving,
            drainMs,
            clock,
            signal,
          }),
        ]
      : proxies.map((proxy) =>
          switchProxy(step.proxyKind, {
            engine: run.host.engine,
            pins: run.pins,
            pinMs: patience.pinMs,
            clock,
            proxy,
            pinFile: step.pinFile,
            containers: step.reloadOnly ? [] : containers,
            drainMs,
            signal,
            ...(step.withoutReload && { leaving }),
            ...(close && { close }),
          }),
        )
  const switched = await Promise.all(switches).catch((error: unknown) => {
    // A proxy does not apply a configuration that it rejects.
    if (error instanceof DrayError && error.code === 'PROXY_CONFIG_INVALID' && proxies.length === 1) {
      run.done.switched = wasSwitched
    }
    throw error
  })
  addDrained(
    run,
    switched.map(({ drained }) => drained),
  )
  return switched.find(({ left }) => left !== undefined)?.left
}

/** The containers whose requests a step switches. Of a caller, those that are about to be stopped still send some. */
async function findSenders(
  { proxy, proxyKind }: StepOf<'switch-traffic'>,
  { run, execution }: Pick<StepContext, 'run' | 'execution'>,
): Promise<readonly Container[]> {
  if (proxyKind === 'caller') return otherContainers([proxy], [], run)
  return outsideProxy(proxy, run) ?? servingContainers(proxy, run, execution.plan)
}

/**
 * Closes idle connections to containers, as where published ports are forwarded; undefined without the right to do that, and for
 * services whose ports are.
 */
async function planClosing(
  leaving: readonly Container[],
  limitMs: number,
  { run, execution }: Pick<StepContext, 'run' | 'execution'>,
): Promise<(() => Promise<unknown>) | undefined> {
  const { forwarder, engine, name } = run.host
  const forwarded = listForwarded(execution, name).map(({ service }) => service)
  const closed = leaving.filter(({ service }) => !forwarded.includes(service))
  if (closed.length === 0 || (await forwarder.findObstacle()) !== undefined) return undefined
  return async () => {
    const drained = closed.map(async (it) => {
      const ports = [...readListeningPorts(await tryReadTable(it, engine))]
      return ports.length === 0 ? [] : [{ id: it.id, ports, limitMs }]
    })
    return forwarder.drain((await Promise.all(drained)).flat())
  }
}

/** Containers of a service that continue to run: its new ones, and those that the plan keeps. */
function servingContainers(serviceName: string, run: HostRun, plan: Plan): readonly Container[] {
  const steps = stepsOn(plan, run.host.name)
  const leaving = new Set(steps.flatMap(leavingIn))
  const kept = run.observation.containers.filter(
    (it) => it.service === serviceName && !it.oneOff && it.state === 'running' && !leaving.has(it.id),
  )
  const fresh = run.done.fresh.get(serviceName)
  if (fresh === undefined) return kept
  // Only missing replicas were started.
  const isBeside = steps.some(
    (step) => step.kind === 'start-beside' && step.services.some(({ service }) => service === serviceName),
  )
  return isBeside ? [...kept, ...fresh] : fresh
}

/** Containers that a step stops for good. */
function leavingIn(step: Plan['steps'][number]): readonly string[] {
  if (step.kind === 'stop-old') return step.containers
  return step.kind === 'recreate-services' ? (step.frees ?? []).flatMap(({ containers }) => containers) : []
}
