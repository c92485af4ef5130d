import type { ReleasedService, Release } from '../../deploy/model/release.ts'
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

/** Everything on a host that differs from the release on record there; each with what mends it. */
export function findDrift(input: DriftInput): Drift[] {
  const { release } = input
  return [
    ...Object.entries(release.services).flatMap(([name, released]) => serviceDrift(name, released, input)),
    ...foreignContainers(input),
    ...fileDrift(input),
    ...envDrift(input),
  ]
}

/** What puts the release on record back in place. */
export function deployAgain({ environment, release }: Pick<DriftInput, 'environment' | 'release'>): string {
  const tag = release.tag === undefined ? '' : ` --tag ${release.tag}`
  return `\`dray deploy ${environment}${tag}\``
}

function serviceDrift(name: string, released: ReleasedService, input: DriftInput): Drift[] {
  const containers = containersOf(name, input.observation.containers)
  const running = containers.filter(isUp)
  const hint = `${deployAgain(input)} puts it right.`
  if (running.length === 0) {
    if (released.replicas === 0 || containers.some(endedWell)) return []
    return [{ kind: 'service', subject: name, what: `${name} does not run: ${endOf(containers)}.`, hint }]
  }
  return [
    ...replicasDrift(name, { running: running.length, wanted: released.replicas }, hint),
    ...running.flatMap((container) => containerDrift(container, released, hint)),
  ]
}

function endOf([container]: readonly SeenContainer[]): string {
  if (container === undefined) return 'it has no container'
  const { name, state, exitCode, outOfMemory } = container
  if (state !== 'exited') return `container ${name} is ${state}`
  return `container ${name} ended with exit code ${exitCode}${outOfMemory ? ', out of memory' : ''}`
}

function replicasDrift(
  name: string,
  { running, wanted }: { running: number; wanted: number },
  hint: string,
): Drift[] {
  if (running === wanted) return []
  const what = `${running} of ${name} ${running === 1 ? 'runs' : 'run'}, where ${wanted} ${wanted === 1 ? 'was' : 'were'} released.`
  return [{ kind: 'replicas', subject: name, what, hint }]
}

function containerDrift(container: SeenContainer, released: ReleasedService, hint: string): Drift[] {
  const { name, imageName, configHash } = container
  if (imageName !== released.image) {
    const what = `${name} runs ${imageName}, not the image that was released.`
    return [{ kind: 'image', subject: name, what, hint }]
  }
  if (released.configHash === '' || configHash === released.configHash) return []
  const what = `${name} runs with another configuration than the one released.`
  return [{ kind: 'configuration', subject: name, what, hint }]
}

/** What runs in the project or its networks and is no service of the release. A task of the app is none of these. */
function foreignContainers({ host, observation, release }: DriftInput): Drift[] {
  return observation.containers
    .filter((it) => isUp(it) && !it.oneOff && release.services[it.service] === undefined)
    .map(({ name, service, imageName, project }) => ({
      kind: 'foreign-container' as const,
      subject: name,
      what:
        project === undefined
          ? `Container ${name} (${imageName}) is in the app's network, and was started by hand.`
          : `Container ${name} runs service ${service}, which the release does not have.`,
      hint: `On ${host}, if it is not needed: \`docker rm -f ${name}\`.`,
    }))
}

const OVERRIDE = /(^|\/)(docker-)?compose\.override\.ya?ml$/

function fileDrift(input: DriftInput): Drift[] {
  const { observation, release } = input
  return Object.entries(release.files).flatMap(([path, sha256]): Drift[] => {
    const there = observation.fileHashes.get(path)
    if (there === sha256) return []
    const role = OVERRIDE.test(path) ? ', which pins the digests,' : ''
    const what = `${path}${role} was ${there === undefined ? 'removed' : 'changed'} by hand.`
    return [{ kind: 'file', subject: path, what, hint: `${deployAgain(input)} puts it back.` }]
  })
}

function envDrift({ host, path, observation, release }: DriftInput): Drift[] {
  const file = `${path}/.env`
  if (observation.variables === undefined) {
    const hint = `Put it back on ${host}; without it a deploy is refused.`
    return [{ kind: 'env-file', subject: '.env', what: `There is no ${file} that can be read.`, hint }]
  }
  const present = new Set(observation.variables)
  const gone = release.variables.filter((key) => !present.has(key))
  return gone.map((key) => ({
    kind: 'env-file',
    subject: key,
    what: `${key} is no longer in ${file}.`,
    hint: `Put it back on ${host}, or deploy without it.`,
  }))
}
