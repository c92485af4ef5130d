import { DrayError } from '../../../errors/dray-error.ts'
import type { HostObservation } from '../../model/observation.ts'

/** Throws EXTERNAL_MISSING for networks and volumes that Compose expects to exist, and that do not. */
export function refuseMissing({ host, surroundings }: Pick<HostObservation, 'host' | 'surroundings'>): void {
  const [missing, ...others] = surroundings.missing
  if (missing === undefined) return
  const { kind, name, services } = missing
  const users = `${services.length === 1 ? 'service' : 'services'} ${services.join(', ')}`
  if (kind === 'secret' || kind === 'config') {
    const use = services.length === 1 ? 'uses' : 'use'
    throw new DrayError(
      'EXTERNAL_MISSING',
      `${users.charAt(0).toUpperCase()}${users.slice(1)} ${use} the external ${kind} ${name}, which Docker Compose can only read in Swarm.`,
      { hint: `Write \`file:\` or \`environment:\` instead of \`external: true\`.` },
    )
  }
  const more = others.filter((it) => it.kind === 'network' || it.kind === 'volume')
  const commands = [missing, ...more].map((it) => `\`docker ${it.kind} create ${it.name}\``)
  throw new DrayError(
    'EXTERNAL_MISSING',
    `The external ${kind} ${name}, which ${users} ${services.length === 1 ? 'uses' : 'use'}, does not exist on ${host}.`,
    {
      hint: `On the server, run ${commands.join(' and ')}, or correct ${more.length === 0 ? 'its name' : 'the names'} in the compose file.`,
      ...(more.length > 0 && {
        details: {
          problems: more.map(
            (it) =>
              `The external ${it.kind} ${it.name}, for ${it.services.join(', ')}, does not exist either.`,
          ),
        },
      }),
    },
  )
}
