import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import type { Container } from '../model/container.ts'

/** TCP ports of a host that are in use, but not by a container of the app. */
export function findTakenPorts(
  listening: readonly number[],
  own: readonly Pick<Container, 'publishedPorts'>[],
): ReadonlySet<number> {
  const published = new Set(own.flatMap((container) => container.publishedPorts))
  return new Set(listening.filter((port) => !published.has(port)))
}

/** PORT_TAKEN for a port that a service publishes. */
export function portTaken(port: string, service: string, host: string): DrayError {
  return new DrayError(
    'PORT_TAKEN',
    `Port ${port} of ${service} is already in use by another process on ${host}.`,
    {
      exitCode: EXIT.precondition,
      hint: `On the server, \`sudo ss -ltnp 'sport = :${port}'\` shows the process.`,
    },
  )
}
