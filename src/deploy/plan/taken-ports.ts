import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import type { Container } from '../model/ports.ts'

/** TCP ports of a host that something listens on which is no container of the app. */
export function findTakenPorts(
  listening: readonly number[],
  own: readonly Pick<Container, 'publishedPorts'>[],
): ReadonlySet<number> {
  const published = new Set(own.flatMap((container) => container.publishedPorts))
  return new Set(listening.filter((port) => !published.has(port)))
}

/** PORT_TAKEN for a port that a service is to publish. */
export function portTaken(port: string, service: string, host: string): DrayError {
  return new DrayError(
    'PORT_TAKEN',
    `Port ${port}, which ${service} publishes, is already used by something else on ${host}.`,
    {
      exitCode: EXIT.precondition,
      hint: `On the server: \`sudo ss -ltnp 'sport = :${port}'\` shows what it is.`,
    },
  )
}
