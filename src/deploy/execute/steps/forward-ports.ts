import { DrayError } from '../../../errors/dray-error.ts'
import type { Container } from '../../model/container.ts'
import type { ForwardedService, StepOf } from '../../model/plan.ts'
import { forwardOwner, type DrainedContainer, type ForwardTarget } from '../../model/port-forwarder.ts'
import { stepsOn } from '../steps-on.ts'
import { addDrained, otherContainers, type Execution, type HostRun, type StepRunner } from '../execution.ts'

/**
 * Sends new connections to the stand-ins of a service, or to its new containers if it has none; `recreate-services` waits for
 * the requests to the old containers.
 */
export const forwardPorts: StepRunner<StepOf<'forward-ports'>> = async (step, { run, execution }) => {
  run.done.switched = true
  const drained: DrainedContainer[] = []
  for (const forwarded of step.services) {
    const { service } = forwarded
    const staying = run.done.fresh.get(service) ?? []
    const to = run.done.standIns.get(service) ?? staying
    if (to.length === 0) throw new DrayError('INTERNAL', `${service} has no new container.`)
    run.done.forwarded.add(service)
    await forwardTo(to, forwarded, run)
    const old = await otherContainers([service], staying, run)
    drained.push(...listDrained(old, forwarded, execution))
  }
  const isRenewed = await renewClients(step.services, run)
  addDrained(run, [drain(drained, run)])
  return isRenewed ? `Caddy on ${run.host.name} has loaded its configuration again` : undefined
}

/** Programs of the host that keep connections to the ports open new ones, if they can be made to; the others' are closed. */
function renewClients(services: readonly ForwardedService[], { host }: HostRun): Promise<boolean> {
  return host.forwarder.renew(services.flatMap(({ ports }) => ports.map(({ published }) => published)))
}

/** How long the connections are closed that lead past a front, at moments when they are idle. */
const PAST_FRONT_MS = 30_000

/**
 * Sends new connections to the containers that publish the ports; `stop-old` waits for the requests to stand-ins that leave. Where
 * a front publishes them, connections from before lead past it, to containers that the next deploy stops: those are closed.
 */
export const endForward: StepRunner<StepOf<'end-forward'>> = async (step, { run, execution }) => {
  const { recreated, standIns, fresh } = run.done
  const leaves = ({ id, standIn, service }: Container): boolean =>
    standIn === true && (recreated.has(service) || !standIns.get(service)?.some((it) => it.id === id))
  run.done.returned = [...recreated].some((service) => standIns.has(service))
  const { drained } = await endForwards(step.services, leaves, { run, execution })
  addDrained(run, [drained])
  const pastFront = step.services.flatMap(({ service, ports }) => {
    const to = standIns.get(service) ?? fresh.get(service) ?? []
    if (recreated.has(service)) return []
    return to.map(({ id }) => ({ id, ports: ports.map(({ target }) => target), limitMs: PAST_FRONT_MS }))
  })
  await drain(pastFront, run)
  return undefined
}

/** Forwards the ports of a service to its stand-ins, each port to one of them. Throws HOST_COMMAND_FAILED. */
export async function forwardTo(
  standIns: readonly Container[],
  { service, ports }: ForwardedService,
  run: HostRun,
): Promise<void> {
  const targets = standIns.map(({ id, name, networks }, index): ForwardTarget => {
    const address = networks.map((it) => it.address).find((it) => it !== '')
    if (address === undefined) throw new DrayError('INTERNAL', `${name} has no address.`)
    const ipv6 = networks.map((it) => it.ipv6).find((it) => it !== undefined)
    const own = ports.filter((_, port) => port % standIns.length === index)
    return { id, address, ...(ipv6 !== undefined && { ipv6 }), ports: own }
  })
  await run.host.forwarder.start(
    ownerOf(service, run),
    targets.filter((it) => it.ports.length > 0),
  )
}

/**
 * Ends the forwards of services. The promise in the result is whether the requests to their containers that leave finished in
 * time. Throws HOST_COMMAND_FAILED.
 */
export async function endForwards(
  services: readonly ForwardedService[],
  leaves: (container: Container) => boolean,
  { run, execution }: { run: HostRun; execution: Execution },
): Promise<{ drained: Promise<boolean> }> {
  for (const { service } of services) await run.host.forwarder.end(ownerOf(service, run))
  if (services.length > 0) await renewClients(services, run)
  const now = await run.host.engine.containers(run.observation.directory.app.project)
  const drained = services.flatMap((forwarded) => {
    const leaving = now.filter(
      (it) => it.service === forwarded.service && it.state === 'running' && leaves(it),
    )
    return listDrained(leaving, forwarded, execution)
  })
  return { drained: drain(drained, run) }
}

/** Removes the rules that connections to the stand-ins of a service still needed. Throws HOST_COMMAND_FAILED. */
export async function clearForward(service: string, run: HostRun): Promise<void> {
  await run.host.forwarder.clear(ownerOf(service, run))
}

/** The services of a plan whose ports are forwarded on a host, or were. */
export function listForwarded({ plan }: Execution, host: string): ForwardedService[] {
  const services = stepsOn(plan, host).flatMap((step) =>
    step.kind === 'forward-ports' || step.kind === 'end-forward' ? step.services : [],
  )
  return [...new Map(services.map((it) => [it.service, it])).values()]
}

/** One command for all: sshd allows few sessions at a time. */
async function drain(containers: readonly DrainedContainer[], { host }: HostRun): Promise<boolean> {
  return containers.length === 0 || host.forwarder.drain(containers)
}

function listDrained(
  containers: readonly Container[],
  { service, ports }: ForwardedService,
  { patience, servicePatience }: Execution,
): DrainedContainer[] {
  const limitMs = servicePatience[service]?.drainMs ?? patience.drainMs
  return containers.map(({ id }) => ({ id, ports: ports.map(({ target }) => target), limitMs }))
}

function ownerOf(service: string, { observation }: HostRun): string {
  return forwardOwner(observation.directory.app.project, service)
}
