import type { PublishedPort } from '../../model/app-model.ts'
import type { Front } from '../../model/front.ts'

/** A port that the front publishes, the port of its container, and the service that had it. */
export type Routed = { service: string; port: PublishedPort; listen: number }

/** What differs between the programs that a front runs. */
export type FrontProgram = Pick<Front, 'volumes' | 'configurationFile' | 'configuration' | 'domains'> & {
  image: string
  ports: readonly Readonly<Record<string, unknown>>[]
  mounts: readonly string[]
}

/** A published port, as in a compose file: at the same address of the host as before. */
export function describePort({ listen, port: { published, hostIp } }: Routed) {
  return {
    mode: 'ingress',
    target: listen,
    published,
    ...(hostIp === undefined ? {} : { host_ip: hostIp }),
    protocol: 'tcp',
  }
}
