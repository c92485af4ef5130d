import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import type { ServiceModel } from '../../model/app-model.ts'
import type { Container } from '../../model/container.ts'
import { describeOther, type OtherContainer } from '../../model/surroundings.ts'

/** `holder`: the container that has the port; undefined if another process has it. */
export type TakenPort = { port: string; service: string; holder: OtherContainer | undefined }

/** What uses the ports of a host. `own`: containers of the app. */
export type PortUse = {
  listening: readonly number[]
  own: readonly Pick<Container, 'publishedPorts'>[]
  others: readonly OtherContainer[]
}

/**
 * The first port of a service that something else on the host uses. Of a range, Docker takes a free one. Whether a process
 * that is not in a container uses a UDP port is not known.
 */
export function findTakenPort(
  { name, publishedPorts, portAddresses }: ServiceModel,
  { listening, own, others }: PortUse,
): TakenPort | undefined {
  const owned = new Set(own.flatMap((it) => it.publishedPorts))
  for (const port of publishedPorts) {
    const number = Number(port)
    if (owned.has(number)) continue
    const address = portAddresses?.[port] ?? ''
    const holder = others.find(({ ports }) =>
      ports.some((it) => it.port === port && (it.address === '' || address === '' || it.address === address)),
    )
    if (holder !== undefined || listening.includes(number)) return { port, service: name, holder }
  }
  return undefined
}

/** PORT_TAKEN for a port that a service publishes. */
export function portTaken({ port, service, holder }: TakenPort, host: string): DrayError {
  const by = holder === undefined ? 'another process' : describeOther(holder)
  return new DrayError('PORT_TAKEN', `Port ${port} of ${service} is already in use on ${host} by ${by}.`, {
    exitCode: EXIT.precondition,
    hint: adviseFor(port, holder),
  })
}

function adviseFor(port: string, holder: OtherContainer | undefined): string {
  if (holder === undefined) return `On the server, \`sudo ss -ltnp 'sport = :${port}'\` shows the process.`
  if (holder.project === undefined)
    return `On the server, \`docker stop ${holder.name}\` frees it. Otherwise publish another port.`
  return `If it is this app in another directory, write \`name: ${holder.project}\` at the top of the compose file and deploy with \`--adopt\`: that moves it here with its volumes. Otherwise publish another port.`
}
