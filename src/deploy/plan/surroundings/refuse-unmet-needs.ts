import { DrayError } from '../../../errors/dray-error.ts'
import { overlaps, parseIpRange } from '../../../shared/ip-range.ts'
import type { ServiceModel } from '../../model/app-model.ts'
import type { HostObservation } from '../../model/observation.ts'

/**
 * Refuses what Docker would refuse when it creates or starts the container of a service. Throws MOUNT_MISSING,
 * RESOURCE_MISSING, EXTERNAL_MISSING and SUBNET_TAKEN.
 */
export function refuseUnmetNeeds(service: ServiceModel, observation: HostObservation): void {
  refuseMissingSource(service, observation)
  refuseMissingContainer(service, observation)
  refuseTooMuch(service, observation)
  refuseAddress(service, observation)
}

/** Mounted paths that do not exist, and that Docker would create as empty directories. */
export function findCreatedPaths(
  { needs }: ServiceModel,
  { missingPaths, files }: Pick<HostObservation, 'missingPaths' | 'files'>,
): string[] {
  return (needs?.sources ?? [])
    .filter(({ path, isRequired }) => !isRequired && missingPaths.includes(path) && !isShipped(path, files))
    .map(({ path }) => path)
}

function isShipped(path: string, files: HostObservation['files']): boolean {
  return files.some((file) => file.path === path || file.path.startsWith(`${path}/`))
}

function refuseMissingSource(
  { name, needs }: ServiceModel,
  { host, missingPaths, files }: HostObservation,
): void {
  const missing = needs?.sources?.find(
    ({ path, isRequired }) => isRequired && missingPaths.includes(path) && !isShipped(path, files),
  )
  if (missing === undefined) return
  throw new DrayError(
    'MOUNT_MISSING',
    `${missing.path}, which service ${name} uses, does not exist on ${host}.`,
  )
}

/** An id is not looked up. */
const IS_ID = /^[0-9a-f]{12,64}$/

function refuseMissingContainer(
  { name, needs }: ServiceModel,
  { host, directory: { app }, containers, surroundings: { others } }: HostObservation,
): void {
  const known = new Set([
    ...[...containers, ...others].map((it) => it.name),
    ...app.services.map((it) => it.containerName ?? `${app.project}-${it.name}-1`),
  ])
  const missing = needs?.containers?.find((it) => !IS_ID.test(it.name) && !known.has(it.name))
  if (missing === undefined) return
  throw new DrayError(
    'EXTERNAL_MISSING',
    `Container ${missing.name}, which service ${name} needs (\`${missing.key}\`), does not exist on ${host}.`,
    { hint: 'Start that container first, or name a service of the app: `service:NAME`.' },
  )
}

function refuseTooMuch({ name, needs }: ServiceModel, { host, surroundings }: HostObservation): void {
  const { capacity } = surroundings
  if (needs === undefined || capacity === undefined) return
  if (needs.cpus !== undefined && needs.cpus > capacity.cpus) {
    throw new DrayError(
      'RESOURCE_MISSING',
      `Service ${name} may use ${needs.cpus} CPUs, but ${host} has ${capacity.cpus}; Docker refuses such a limit.`,
      { hint: `Set \`cpus\` of ${name} in the compose file to ${capacity.cpus} or less.` },
    )
  }
  if (needs.runtime === undefined || needs.runtime.includes('.') || capacity.runtimes.includes(needs.runtime))
    return
  throw new DrayError(
    'RESOURCE_MISSING',
    `Service ${name} needs the runtime ${needs.runtime}, which Docker on ${host} does not have.`,
    {
      hint: `Its runtimes: ${capacity.runtimes.join(', ')}. Add it to /etc/docker/daemon.json on the server.`,
    },
  )
}

function refuseAddress(
  { name, needs }: ServiceModel,
  { host, directory, surroundings }: HostObservation,
): void {
  const { app } = directory
  for (const { network, address } of needs?.addresses ?? []) {
    const created = app.createdNetworks?.find((it) => it.name === network)
    const subnets = created?.subnets ?? surroundings.networks.find((it) => it.name === network)?.subnets ?? []
    const own = parseIpRange(address)
    const isInside = subnets.some((subnet) => {
      const range = parseIpRange(subnet)
      return own !== undefined && range !== undefined && overlaps(own, range)
    })
    if (!isInside) {
      const why = subnets.length === 0 ? 'which has no `subnet`' : `whose subnet is ${subnets.join(', ')}`
      throw new DrayError(
        'SUBNET_TAKEN',
        `Service ${name} has the fixed address ${address} on network ${network}, ${why}.`,
        { hint: `Correct the address, or set \`ipam: { config: [{ subnet: … }] }\` of the network.` },
      )
    }
    const twin = app.services.find(
      (it) =>
        it.name !== name &&
        it.needs?.addresses?.some((at) => at.network === network && at.address === address),
    )
    const holder = surroundings.others.find(({ addresses }) =>
      addresses?.some((at) => at.network === network && at.address === address),
    )
    if (twin === undefined && holder === undefined) continue
    throw new DrayError(
      'SUBNET_TAKEN',
      `The fixed address ${address} of service ${name} is also that of ${twin === undefined ? `container ${holder?.name ?? ''} on ${host}` : `service ${twin.name}`}.`,
      { hint: 'Give each container an address of its own, or remove `ipv4_address` from the compose file.' },
    )
  }
}
