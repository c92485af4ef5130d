import { createHash } from 'node:crypto'
import { isMounted, isOneShot, type AppModel, type ServiceModel } from '../model/app-model.ts'
import { pinnedName, parseImageReference, renderImageReference } from '../model/image-reference.ts'
import type { DesiredFile, HostObservation } from '../model/observation.ts'
import type { Container } from '../model/container.ts'
import { reloadsFile } from '../model/proxies/proxy.ts'
import type { Release } from '../model/release.ts'
import { isRunning, isWell } from '../model/container.ts'
import { whyNotRolled, whyStandIn, type DecisionInput } from './why-not-rolled.ts'

export type ServiceAction =
  /** Stays as it is. `extra`: containers that do not belong to the release and are removed. */
  | 'leave'
  /** New containers start next to the old ones, which are then removed; next to those of `kept`, only missing ones start. */
  | 'roll'
  /** A stand-in of the new release serves while the container is recreated. */
  | 'stand-in'
  /** The container is stopped, then the new one starts. */
  | 'recreate'
  /** Runs to completion. */
  | 'run-once'

export type ServiceDecision = {
  service: ServiceModel
  action: ServiceAction
  cause: string
  /** `repo@sha256:…` that its containers will run. */
  image: string
  /** The image name of containers that dray did not start and that stay. */
  adoptedName?: string
  /** The hash that a release records for it, including mounted files. */
  definitionHash: string
  /** Containers to remove after the release is recorded: the running ones, or the surplus ones of an unchanged service. */
  replaced: readonly Container[]
  /** Stopped containers, removed before new ones start. */
  dead: readonly Container[]
  /** Containers that stay: running, or completed successfully. */
  kept: readonly Container[]
  /** Stand-ins that an interrupted deploy left; one of them may serve. */
  standIns: readonly Container[]
}

/**
 * Decides the action for one service. It is unchanged if image and definition are those of the current release and its
 * containers were started by that release. Otherwise it is rolled, or recreated if it cannot be rolled.
 * `together`: why it is replaced in any case, because another service is.
 */
export function decideService(
  service: ServiceModel,
  input: DecisionInput,
  together = whyMountedElsewhere(service, input.observation),
): ServiceDecision {
  const { observation, current } = input
  const app = observation.directory.app
  const image = imageOf(service, observation)
  const definitionHash = definitionWithFiles(service, input)
  const released = current?.services[service.name]
  const containers = observation.containers.filter(
    (container) => container.service === service.name && !container.oneOff,
  )
  const oneShot = isOneShot(app, service.name)
  const running = containers.filter(isRunning)
  const known = (container: Container): boolean =>
    released !== undefined && container.configHash === released.configHash && container.imageName === image
  const sameRelease = released?.image === image && released.definitionHash === definitionHash
  const networkChange = changedNetwork(service, app, current)
  const base = {
    service,
    image,
    definitionHash,
    dead: containers.filter((it) => !isRunning(it)),
    standIns: observation.containers.filter((it) => it.service === service.name && it.standIn),
  }
  const adoptedName = observation.adopted.get(service.name)
  if (adoptedName !== undefined && together === undefined) {
    const cause = 'it runs this image and configuration already'
    return { ...base, adoptedName, action: 'leave', cause, replaced: [], dead: [], kept: running }
  }

  if (sameRelease && networkChange === undefined && together === undefined) {
    const good = running.filter((it) => known(it) && isWell(it)).slice(0, service.replicas)
    const endedWell = containers.filter((it) => known(it) && it.state === 'exited' && it.exitCode === 0)
    if (
      good.length === service.replicas ||
      ((oneShot || !service.restarts) && endedWell.length > 0 && running.length === 0)
    ) {
      const kept = [...good, ...endedWell]
      const extra = containers.filter((container) => !kept.includes(container))
      return {
        ...base,
        action: 'leave',
        cause: extra.length === 0 ? 'same image and configuration' : extraCause(extra, known),
        replaced: extra,
        dead: [],
        kept,
      }
    }
    const isShort = good.length > 0 && good.length < service.replicas && running.length === good.length
    if (isShort && !oneShot && whyNotRolled(service, input) === undefined) {
      const cause = `${good.length} of ${service.replicas} replicas running`
      return { ...base, action: 'roll', cause, replaced: [], kept: good }
    }
  }

  const isOld = !sameRelease || networkChange !== undefined
  const cause =
    isOld || together === undefined
      ? causeOf({ service, containers, running, released, image, definitionHash, networkChange })
      : together
  const rest = {
    ...base,
    ...(adoptedName === undefined ? {} : { adoptedName }),
    cause,
    replaced: running,
    kept: [],
  }
  if (oneShot) return { ...rest, action: 'run-once' }
  const obstacle =
    networkChange === undefined ? whyNotRolled(service, input) : `its network ${networkChange} changed`
  if (obstacle === undefined && running.length > 0) return { ...rest, action: 'roll' }
  const standInCause = networkChange === undefined ? whyStandIn(service, input) : undefined
  if (standInCause !== undefined && running.length > 0) {
    return { ...rest, action: 'stand-in', cause: `${cause}; through a stand-in: ${standInCause}` }
  }
  return {
    ...rest,
    action: 'recreate',
    cause: running.length > 0 && obstacle !== undefined ? `${cause}; not rolled: ${obstacle}` : cause,
  }
}

/** A container keeps the files that it mounts from the directory where it was started, until it is created again. */
function whyMountedElsewhere(
  { name, mounts }: ServiceModel,
  { otherDirectories }: HostObservation,
): string | undefined {
  if (mounts.length === 0) return undefined
  const found = otherDirectories.find(({ service }) => service === name)
  return found && `it mounts files of ${found.path}`
}

/** Containers of the release itself are surplus only if the number of replicas was reduced. */
function extraCause(extra: readonly Container[], isKnown: (container: Container) => boolean): string {
  const surplus = extra.filter(isKnown).length
  const left = extra.length - surplus
  return [
    surplus > 0 ? `${surplus} above the number of replicas` : [],
    left > 0 ? `${left} left over from an earlier deploy` : [],
  ]
    .flat()
    .join(', ')
}

function imageOf(service: ServiceModel, observation: HostObservation): string {
  const resolved = observation.resolved.get(service.name)
  if (resolved !== undefined) return pinnedName(resolved.reference, resolved.digest)
  return service.image === undefined ? '' : renderImageReference(parseImageReference(service.image))
}

/**
 * Hash of the definition and of the shipped files that the service mounts. For a proxy, files that a reload reads are left
 * out: it is not replaced for them.
 */
function definitionWithFiles(service: ServiceModel, { observation }: DecisionInput): string {
  return hashWithFiles(
    service,
    observation.files.filter(({ path }) => !reloadsFile(observation.proxies, service, path)),
  )
}

/** Hash of the definition of a service, and of those of `files` that it mounts, configs included. */
export function hashWithFiles(service: ServiceModel, files: readonly DesiredFile[]): string {
  const mounted = files.filter(({ path }) => isMounted(service, path))
  if (mounted.length === 0) return service.definitionHash
  const hash = createHash('sha256').update(service.definitionHash)
  for (const file of mounted) hash.update(`\n${file.path}\0${file.sha256}`)
  return hash.digest('hex')
}

/** Compose recreates a network whose definition changed, and every container connected to it. */
export function changedNetwork(
  service: ServiceModel,
  app: AppModel,
  current: Release | undefined,
): string | undefined {
  return service.networks.find((name) => {
    const before = current?.networks[name]
    return before !== undefined && before !== app.networks[name]
  })
}

function causeOf(facts: {
  service: ServiceModel
  containers: readonly Container[]
  running: readonly Container[]
  released: Release['services'][string] | undefined
  image: string
  definitionHash: string
  networkChange: string | undefined
}): string {
  const { service, containers, running, released, image, definitionHash } = facts
  if (containers.length === 0) return 'no container yet'
  if (running.length === 0) return `its container is ${containers[0]?.state ?? 'gone'}`
  if (released === undefined) return 'first release by dray; image pinned by digest'
  if (released.image !== image) return 'new image'
  if (facts.networkChange !== undefined) return `network ${facts.networkChange} changed`
  if (released.definitionHash !== definitionHash) return 'its configuration, .env or a mounted file changed'
  if (running.length !== service.replicas) return `${running.length} of ${service.replicas} replicas running`
  return 'running containers differ from the release'
}
