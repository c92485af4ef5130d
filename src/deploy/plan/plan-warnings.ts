import { isForwardable, isOwn, whyNotRolled, type DecisionInput } from './why-not-rolled.ts'
import type { ServiceModel } from '../model/app-model.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import { findHolders } from './front/find-holders.ts'
import { forwardedPortsOf } from './steps/forwarded-ports.ts'
import { proxyOf, upstreamOf } from '../model/proxies/proxy.ts'
import { planMoveIn } from './steps/plan-forward.ts'
import { findCreatedPaths } from './surroundings/refuse-unmet-needs.ts'
import { describeFixedTags } from './refuse-unselected-tags.ts'
import { warnOfInactive } from './warn-of-inactive.ts'
import { whyNotIpv6 } from './why-not-ipv6.ts'
import { someNames } from '../model/some-names.ts'
import type { HostPlan } from './plan-host.ts'

/** Risks of the plan on one host that come from what is deployed there, and how. */
export function planWarnings(host: HostPlan, desired: DesiredRelease): string[] {
  const { observation, decisions } = host
  const input: DecisionInput = { observation, desired, current: host.current }
  const found: string[] = []
  /** Services without a health check, by what is checked instead. */
  const unchecked = new Map<string, string[]>()
  if (observation.directory.envFile.readableByOthers) {
    found.push(
      `.env on ${observation.host} is readable by other users (mode ${observation.directory.envFile.mode}). Run \`chmod 600 .env\` there.`,
    )
  }
  for (const { name, writesDirectory } of observation.directory.app.services) {
    if (writesDirectory !== true) continue
    found.push(
      `A container of ${name} can write to the app's directory on ${observation.host}, so a fault in it can change the compose file, .env and dray's records. Mount only the paths that it needs, or add \`:ro\`.`,
    )
  }
  const { lackingVariables: lacking, untracked } = observation
  if (lacking.length > 0) {
    found.push(
      `.env on ${observation.host} lacks ${someNames(lacking)}, which .env.example names. \`dray env ${desired.environment}\` lists the variables.`,
    )
  }
  if (untracked.length > 0) {
    found.push(
      `${someNames(untracked)}: not in git, and shipped, because a service mounts ${untracked.length === 1 ? 'it' : 'them'} or \`bundle.include\` names ${untracked.length === 1 ? 'it' : 'them'}. Files that .gitignore names are not shipped.`,
    )
  }
  for (const { entry, reason, isMounted } of observation.leftOut)
    found.push(
      isMounted
        ? `${entry} is mounted, but not shipped: ${reason}. It does not exist on ${observation.host} either: put a file there first.`
        : `\`bundle.include\` names ${entry}, which is not shipped: ${reason}.`,
    )
  if (host.files.edited.length > 0) {
    const were = host.files.edited.length === 1 ? 'was' : 'were'
    found.push(
      `${someNames(host.files.edited)} on ${observation.host} ${were} changed since release ${host.current?.id ?? ''}. This deploy replaces the changes; a copy is kept in .dray/adopted/.`,
    )
  }
  const created = decisions
    .filter(({ action }) => action !== 'leave')
    .flatMap(({ service }) => findCreatedPaths(service, observation))
    .filter((path) => !observation.leftOut.some(({ entry }) => entry === path))
  if (created.length > 0) {
    const [does, one] = new Set(created).size === 1 ? ['does', 'it is'] : ['do', 'one is']
    found.push(
      `${someNames([...new Set(created)])} ${does} not exist on ${observation.host}, so Docker creates an empty directory, owned by root. If ${one} a file, or needs content, put it there first.`,
    )
  }
  const { inactiveProblem } = observation.directory.app
  if (inactiveProblem !== undefined) {
    found.push(`Services with a profile that is not active cannot be run. ${inactiveProblem}`)
  }
  found.push(...warnOfInactive(observation, desired.environment))
  found.push(...warnOfOddLines(observation))
  const fixedTags = describeFixedTags(observation, desired)
  /** Warnings that were given in full at the deploy before, since the definition of the service is the same. */
  const repeated: string[] = []
  for (const decision of decisions) {
    const { service, action, replaced, definitionHash } = decision
    const wasSaid = host.current?.services[service.name]?.definitionHash === definitionHash
    if (action === 'recreate' && replaced.length > 0) {
      found.push(
        `${service.name} is briefly unavailable: ${whyNotRolled(service, input) ?? 'its network changed'}${whyNotForwarded(service, input)}.`,
      )
    }
    if (action === 'recreate' && replaced.length === 0 && planMoveIn(host).before.length === 0) {
      for (const { service: holder, containers } of findHolders(service, host)) {
        const held = observation.containers
          .filter(({ id }) => containers.includes(id))
          .flatMap(({ publishedPorts }) => publishedPorts.map(String))
        const ports = service.publishedPorts.filter((port) => held.includes(port))
        found.push(
          `Port ${ports.join(', ')} moves from ${holder} to ${service.name}: new connections are refused for a moment.`,
        )
      }
    }
    const fixed = fixedTags.get(service.name)
    if (fixed !== undefined && wasSaid) repeated.push(fixed)
    else if (fixed !== undefined)
      found.push(`${fixed}. Write \`\${IMAGE_TAG}\` if it belongs to the release.`)
    const undrainable = upstreamOf(observation.proxies, service.name)?.undrainable
    if (action === 'roll' && replaced.length > 0 && undrainable !== undefined) {
      found.push(`Some requests to ${service.name} may fail when its old container stops: ${undrainable}.`)
    }
    const shared = service.volumes.flatMap((volume) => volume.name ?? [])
    if (action === 'stand-in' && service.publishedPorts.length > 0 && !isForwardable(service, input)) {
      found.push(
        `Port ${service.publishedPorts.join(', ')} of ${service.name} is briefly unavailable; requests through the proxy are not affected.`,
      )
    }
    const noIpv6 =
      action === 'stand-in' && isForwardable(service, input) ? whyNotIpv6(decision, observation) : undefined
    if (noIpv6 !== undefined) {
      found.push(
        `Port ${service.publishedPorts.join(', ')} of ${service.name} is briefly unavailable over IPv6: ${noIpv6}.`,
      )
    }
    if ((action === 'roll' || action === 'stand-in') && replaced.length > 0 && shared.length > 0) {
      if (wasSaid) repeated.push(`${service.name} briefly uses volume ${shared.join(', ')} twice`)
      else {
        found.push(
          `The old and the new ${service.name} briefly use volume ${shared.join(', ')} at the same time.`,
        )
      }
    }
    const isProxy = proxyOf(observation.proxies, service.name) !== undefined
    const image = observation.resolved.get(service.name)?.config
    const checked =
      service.healthCheck === 'defined' ||
      (service.healthCheck === 'from-image-or-none' && image?.hasHealthCheck === true)
    if (action !== 'leave' && action !== 'run-once' && !checked && !isProxy) {
      if (wasSaid) {
        repeated.push(`${service.name} has no health check`)
        continue
      }
      const known = whatIsChecked(service, image?.exposedPorts ?? [], observation)
      unchecked.set(known, [...(unchecked.get(known) ?? []), service.name])
    }
  }
  for (const [known, services] of unchecked) {
    const have = services.length === 1 ? 'has' : 'have'
    found.push(`${services.join(', ')} ${have} no health check: dray can only check ${known}.`)
  }
  if (repeated.length > 0) found.push(`As at the deploy before: ${repeated.join('; ')}.`)
  for (const { service, why } of observation.directory.app.front?.left ?? []) {
    found.push(`${service} gets no front: ${why}.`)
  }
  return found
}

/** What is checked of a service without a health check. A worker may have an image that exposes a port, and not listen. */
function whatIsChecked(
  { name, publishedPorts }: ServiceModel,
  exposedPorts: readonly number[],
  { proxies }: HostObservation,
): string {
  if (exposedPorts.length === 0) return 'that the container runs and does not restart'
  const isReached = publishedPorts.length > 0 || upstreamOf(proxies, name) !== undefined
  return isReached
    ? `that the container listens on port ${exposedPorts.join(' or ')}`
    : 'that the container runs, and listens if the one before it does'
}

/** Why a published port does not lead to a stand-in meanwhile, as a further reason. */
function whyNotForwarded(service: ServiceModel, { observation, desired }: DecisionInput): string {
  const ports = forwardedPortsOf(service, observation.containers)
  if (ports === undefined || !isOwn(service, desired, observation.imageTemplates)) return ''
  if (desired.rollout[service.name] === 'recreate') return ''
  const obstacle = observation.forwarding?.obstacle
  return obstacle === undefined ? '' : `, and it is not forwarded to a stand-in: ${obstacle}`
}

/** Lines of env files that Compose accepts, and reads otherwise than meant. */
function warnOfOddLines({ host, directory }: HostObservation): string[] {
  return (directory.envFile.oddLines ?? []).map((it) => {
    const where = `line ${it.line} of ${it.file} on ${host}`
    return it.kind === 'dollar'
      ? `${it.variable} in ${where} has a \`$\` that Compose replaces, so the app gets another value. Put the value in single quotes.`
      : `${where.charAt(0).toUpperCase()}${where.slice(1)} sets nothing: it is not NAME=value.`
  })
}
