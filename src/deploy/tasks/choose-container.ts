import { DrayError } from '../../errors/dray-error.ts'
import { findNearest } from '../../shared/nearest.ts'
import type { Container } from '../model/container.ts'
import { containerImageName, serviceNames, type Release } from '../model/release.ts'

type Choice = {
  containers: readonly Container[]
  release: Release
  service: string
  /** Number at the end of the container's name; any container without it. */
  index: number | undefined
  host: string
}

/**
 * Chooses a running container of a service for a user to work in: healthy before others, current release before others,
 * lowest number first. Throws USAGE for a service that the release does not have, and SERVICE_NOT_RUNNING.
 */
export function chooseContainer({ containers, release, service, index, host }: Choice): Container {
  assertServices(release, [service])
  const own = containers.filter((it) => it.service === service && !it.oneOff)
  const [best] = own
    .filter((it) => it.state === 'running' && (index === undefined || containerNumber(it) === index))
    .sort(
      (a, b) =>
        healthRank(a) - healthRank(b) ||
        releaseRank(a, release) - releaseRank(b, release) ||
        containerNumber(a) - containerNumber(b),
    )
  if (best !== undefined) return best
  const which = index === undefined ? `No container of ${service}` : `No container ${service}-${index}`
  const states = own.map(({ name, state }) => `${name} is ${state}`)
  const start =
    release.inactive?.[service] === undefined
      ? `\`dray logs ${release.environment} ${service}\` shows its log`
      : `None of its profiles is active: \`dray compose ${release.environment} up -d ${service}\` starts it`
  throw new DrayError('SERVICE_NOT_RUNNING', `${which} is running on ${host}.`, {
    details: states.length === 0 ? {} : { problems: states },
    hint: `${start}; \`dray run ${release.environment} ${service}\` starts a container for one command.`,
  })
}

/** Throws USAGE, with the closest name, for a service that the release does not have. */
export function assertServices(release: Release, services: readonly string[]): void {
  const known = serviceNames(release)
  const unknown = services.find((service) => !known.includes(service))
  if (unknown === undefined) return
  const nearest = findNearest(unknown, known)
  throw new DrayError('USAGE', `Release ${release.id} has no service \`${unknown}\`.`, {
    hint: nearest === undefined ? `Its services: ${known.join(', ')}.` : `Did you mean \`${nearest}\`?`,
  })
}

/** 3 for `shop-backend-3`; 0 for a custom name. */
function containerNumber({ name }: Container): number {
  return Number(/[-_](\d+)$/.exec(name)?.[1] ?? 0)
}

function healthRank({ health }: Container): number {
  return { healthy: 0, none: 0, starting: 1, unhealthy: 2 }[health]
}

function releaseRank({ imageName, service }: Container, release: Release): number {
  const released = release.services[service]
  return released !== undefined && imageName === containerImageName(released) ? 0 : 1
}
