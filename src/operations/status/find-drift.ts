import {
  containerImageName,
  serviceNames,
  type ReleasedService,
  type Release,
  renderDeployAgain,
} from '../../deploy/model/release.ts'
import type { StatusObservation, SeenContainer } from './status-observation.ts'
import { containersOf, endedWell, isUp } from './service-status.ts'
import type { Drift } from './status.ts'

export type DriftInput = {
  host: string
  environment: string
  /** The app's directory there. */
  path: string
  observation: StatusObservation
  release: Release
}

/** Every difference between a host and its recorded release, each with a hint. */
export function findDrift(input: DriftInput): Drift[] {
  const { release } = input
  return [
    ...Object.entries(release.services).flatMap(([name, released]) => serviceDrift(name, released, input)),
    ...inactiveDrift(input),
    ...foreignContainers(input),
    ...standInDrift(input),
    ...fileDrift(input),
    ...envDrift(input),
    ...balancerDrift(input),
  ]
}

/** The command that restores the recorded release. */
export function deployAgain({ environment, release }: Pick<DriftInput, 'environment' | 'release'>): string {
  return renderDeployAgain(environment, release)
}

function serviceDrift(name: string, released: ReleasedService, input: DriftInput): Drift[] {
  const containers = containersOf(name, input.observation.containers)
  const running = containers.filter(isUp)
  const hint = `${deployAgain(input)} restores it.`
  if (running.length === 0) {
    if (released.replicas === 0 || containers.some(endedWell)) return []
    return [
      { kind: 'service', subject: name, message: `${name} is not running: ${endOf(containers)}.`, hint },
    ]
  }
  return [
    ...replicasDrift(name, { running: running.length, desired: released.replicas }, hint),
    ...running.flatMap((container) => containerDrift(container, released, hint)),
  ]
}

function endOf([container]: readonly SeenContainer[]): string {
  if (container === undefined) return 'it has no container'
  const { name, state, exitCode, outOfMemory } = container
  if (state !== 'exited') return `container ${name} is ${state}`
  return `container ${name} exited with code ${exitCode}${outOfMemory ? ', out of memory' : ''}`
}

function replicasDrift(
  name: string,
  { running, desired }: { running: number; desired: number },
  hint: string,
): Drift[] {
  if (running === desired) return []
  const message = `${running} ${running === 1 ? 'replica' : 'replicas'} of ${name} ${running === 1 ? 'is' : 'are'} running, but the release has ${desired}.`
  return [{ kind: 'replicas', subject: name, message, hint }]
}

function containerDrift(container: SeenContainer, released: ReleasedService, hint: string): Drift[] {
  const { name, imageName, configHash } = container
  if (imageName !== containerImageName(released)) {
    const message = `${name} runs ${imageName}, not the released image.`
    return [{ kind: 'image', subject: name, message, hint }]
  }
  if (released.configHash === '' || configHash === released.configHash) return []
  const message = `The configuration of ${name} differs from the release.`
  return [{ kind: 'configuration', subject: name, message, hint }]
}

/** Services without an active profile that a user started, and that run another image than the release has for them. */
function inactiveDrift({ observation, release, environment }: DriftInput): Drift[] {
  return Object.entries(release.inactive ?? {}).flatMap(([name, { image, profiles }]): Drift[] => {
    const old = containersOf(name, observation.containers).find((it) => isUp(it) && it.imageName !== image)
    if (image === undefined || old === undefined) return []
    const what = `${name} (profile ${profiles.join(', ')}) was started manually`
    return [
      {
        kind: 'image',
        subject: name,
        message: `${what} and runs ${old.imageName}, not the image of the release.`,
        hint: `\`dray compose ${environment} up -d ${name}\` replaces it.`,
      },
    ]
  })
}

/**
 * Containers in the project or its networks that belong to no service of the release; tasks of the app are not listed, nor is an
 * inactive service that a user started.
 */
function foreignContainers({ host, observation, release }: DriftInput): Drift[] {
  const known = serviceNames(release)
  return observation.containers
    .filter((it) => isUp(it) && !it.oneOff && !known.includes(it.service))
    .map(({ name, service, imageName, project }) => ({
      kind: 'foreign-container' as const,
      subject: name,
      message:
        project === undefined
          ? `Container ${name} (${imageName}) is in the app's network, but was started manually.`
          : `Container ${name} runs service ${service}, which the release does not have.`,
      hint: `If it is not needed, run \`docker rm -f ${name}\` on ${host}.`,
    }))
}

/** A stand-in exists only during a deploy. It may serve, so it is not to be removed by hand. */
function standInDrift(input: DriftInput): Drift[] {
  return input.observation.containers
    .filter((it) => it.standIn)
    .map(({ name, service }) => ({
      kind: 'foreign-container' as const,
      subject: name,
      message: `${name}, a stand-in of ${service}, was left by an interrupted deploy.`,
      hint: `${deployAgain(input)} removes it.`,
    }))
}

/** A host that an interrupted or undone deploy took out of the load balancer serves no requests from there. */
function balancerDrift(input: DriftInput): Drift[] {
  const { host, observation } = input
  if (observation.isOut !== true) return []
  const message = `${host} is out of the load balancer: its hook \`join\` has not succeeded since it left.`
  return [{ kind: 'load-balancer', subject: host, message, hint: `${deployAgain(input)} runs it again.` }]
}

const OVERRIDE = /(^|\/)(docker-)?compose\.override\.ya?ml$/

/** Files of the release that were changed or removed. */
export function fileDrift(input: DriftInput): Drift[] {
  const { observation, release } = input
  return Object.entries(release.files).flatMap(([path, sha256]): Drift[] => {
    const there = observation.fileHashes.get(path)
    if (there === sha256) return []
    const role = OVERRIDE.test(path) ? ', which pins the digests,' : ''
    const message = `${path}${role} was ${there === undefined ? 'removed' : 'changed'} manually.`
    return [{ kind: 'file', subject: path, message, hint: `${deployAgain(input)} restores it.` }]
  })
}

/** Variables that `.env` no longer has. */
export function envDrift({ host, path, observation, release }: DriftInput): Drift[] {
  const file = `${path}/.env`
  if (observation.variables === undefined) {
    const hint = `Restore it on ${host}; without it a deploy is refused.`
    return [{ kind: 'env-file', subject: '.env', message: `${file} is missing or not readable.`, hint }]
  }
  const present = new Set(observation.variables)
  const gone = release.variables.filter((key) => !present.has(key))
  return gone.map((key) => ({
    kind: 'env-file',
    subject: key,
    message: `${key} is no longer in ${file}.`,
    hint: `Add it on ${host} again, or deploy without it.`,
  }))
}
