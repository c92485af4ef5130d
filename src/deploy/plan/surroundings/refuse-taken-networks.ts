import { DrayError } from '../../../errors/dray-error.ts'
import { overlaps, parseIpRange } from '../../../shared/ip-range.ts'
import type { HostNetwork } from '../../model/host-needs.ts'
import type { HostObservation } from '../../model/observation.ts'

/**
 * Refuses networks that Compose could not create: throws NAME_TAKEN if one of the name is there that Compose did not create,
 * and SUBNET_TAKEN for a subnet that another network has.
 */
export function refuseTakenNetworks({
  host,
  directory,
  surroundings,
}: Pick<HostObservation, 'host' | 'directory' | 'surroundings'>): void {
  for (const { name, subnets } of directory.app.createdNetworks ?? []) {
    const there = surroundings.networks.find((it) => it.name === name)
    if (there !== undefined && there.key === undefined) {
      throw new DrayError(
        'NAME_TAKEN',
        `Network ${name} is on ${host} already, and Compose did not create it.`,
        {
          hint: `If it is not needed, run \`docker network rm ${name}\` on the server. To use it, add \`external: true\` and \`name: ${name}\` to the network in the compose file.`,
        },
      )
    }
    for (const subnet of subnets.filter((it) => there?.subnets.includes(it) !== true)) {
      const other = surroundings.networks.find((it) => it.name !== name && isOverlapping(it, subnet))
      if (other === undefined) continue
      throw new DrayError(
        'SUBNET_TAKEN',
        `Subnet ${subnet} of network ${name} overlaps with network ${describe(other)} on ${host}.`,
      )
    }
  }
}

function isOverlapping({ subnets }: HostNetwork, subnet: string): boolean {
  const wanted = parseIpRange(subnet)
  return subnets.some((it) => {
    const range = parseIpRange(it)
    return wanted !== undefined && range !== undefined && overlaps(wanted, range)
  })
}

function describe({ name, project, subnets }: HostNetwork): string {
  return `${name} (${subnets.join(', ')})${project === undefined ? '' : ` of Compose project ${project}`}`
}
