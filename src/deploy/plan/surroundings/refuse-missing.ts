import { DrayError } from '../../../errors/dray-error.ts'
import type { HostObservation } from '../../model/observation.ts'

/** Throws EXTERNAL_MISSING for a network or volume that Compose expects to exist, and that does not. */
export function refuseMissing({ host, surroundings }: Pick<HostObservation, 'host' | 'surroundings'>): void {
  const [missing] = surroundings.missing
  if (missing === undefined) return
  const { kind, name, service } = missing
  if (kind === 'secret' || kind === 'config') {
    throw new DrayError(
      'EXTERNAL_MISSING',
      `Service ${service} uses the external ${kind} ${name}, which Docker Compose can only read in Swarm.`,
      { hint: `Write \`file:\` or \`environment:\` instead of \`external: true\`.` },
    )
  }
  throw new DrayError(
    'EXTERNAL_MISSING',
    `The external ${kind} ${name}, which service ${service} uses, does not exist on ${host}.`,
    {
      hint: `On the server, run \`docker ${kind} create ${name}\`, or correct its name in the compose file.`,
    },
  )
}
