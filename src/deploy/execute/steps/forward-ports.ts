import { DrayError } from '../../../errors/dray-error.ts'
import type { Container } from '../../model/container.ts'
import type { ForwardedService, StepOf } from '../../model/plan.ts'
import { addDrained, otherContainers, type Execution, type HostRun, type StepRunner } from '../execution.ts'

/** Sends new connections to the stand-ins; `recreate-services` waits for the requests to the old containers. */
export const forwardPorts: StepRunner<StepOf<'forward-ports'>> = async (step, { run, execution }) => {
  run.done.switched = true
  for (const forwarded of step.services) {
    const standIn = run.done.standIns.get(forwarded.service)
    if (standIn === undefined) throw new DrayError('INTERNAL', `${forwarded.service} has no stand-in.`)
    run.done.forwarded.add(forwarded.service)
    await forwardTo(standIn, forwarded, run)
    const old = await otherContainers([forwarded.service], [standIn], run)
    addDrained(run, drainContainers(old, forwarded, { run, execution }))
  }
  return undefined
}

/** Sends new connections to the real containers again; `stop-old` waits for the requests to the stand-ins. */
export const endForward: StepRunner<StepOf<'end-forward'>> = async (step, { run, execution }) => {
  run.done.returned = true
  addDrained(run, await endForwards(step.services, { run, execution }))
  return undefined
}

/** Forwards the ports of a service to a stand-in of it. Throws HOST_COMMAND_FAILED. */
export async function forwardTo(
  standIn: Container,
  { service, ports }: ForwardedService,
  run: HostRun,
): Promise<void> {
  const address = standIn.networks.map((it) => it.address).find((it) => it !== '')
  if (address === undefined) throw new DrayError('INTERNAL', `${standIn.name} has no address.`)
  await run.host.forwarder.start(ownerOf(service, run), ports, { id: standIn.id, address })
}

/** Ends the forwards of services; each promise is whether the requests to a stand-in finished in time. Throws HOST_COMMAND_FAILED. */
export async function endForwards(
  services: readonly ForwardedService[],
  context: { run: HostRun; execution: Execution },
): Promise<Promise<boolean>[]> {
  const { run } = context
  for (const { service } of services) await run.host.forwarder.end(ownerOf(service, run))
  const now = await run.host.engine.containers(run.observation.directory.app.project)
  return services.flatMap((forwarded) => {
    const standIns = now.filter(
      (it) => it.service === forwarded.service && it.standIn && it.state === 'running',
    )
    return drainContainers(standIns, forwarded, context)
  })
}

/** Removes the rules that connections to the stand-ins of a service still needed. Throws HOST_COMMAND_FAILED. */
export async function clearForward(service: string, run: HostRun): Promise<void> {
  await run.host.forwarder.clear(ownerOf(service, run))
}

/** The services of a plan whose ports are forwarded on a host, or were. */
export function listForwarded({ plan }: Execution, host: string): ForwardedService[] {
  const services = plan.steps.flatMap((step) =>
    (step.kind === 'forward-ports' || step.kind === 'end-forward') && step.host === host ? step.services : [],
  )
  return [...new Map(services.map((it) => [it.service, it])).values()]
}

function drainContainers(
  containers: readonly Container[],
  { service, ports }: ForwardedService,
  { run, execution }: { run: HostRun; execution: Execution },
): Promise<boolean>[] {
  const { patience, servicePatience } = execution
  const limitMs = servicePatience[service]?.drainMs ?? patience.drainMs
  const targets = ports.map(({ target }) => target)
  return containers.map(({ id }) => run.host.forwarder.drain(id, targets, limitMs))
}

function ownerOf(service: string, { observation }: HostRun): string {
  return `${observation.directory.app.project}.${service}`
}
