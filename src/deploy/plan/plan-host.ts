import { DrayError } from '../../errors/dray-error.ts'
import type { AppModel } from '../model/app-model.ts'
import { decideService, type ServiceDecision } from './decide-service.ts'
import type { DecisionInput } from './why-not-rolled.ts'
import { findChangedFiles, type FileChanges } from './file-changes.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import type { StepKind, StepOf } from '../model/plan.ts'
import { refuseTakenProject } from './refuse-taken-project.ts'
import { pinnedName } from '../model/image-reference.ts'
import { newestRelease, type Release, type ReleasedService } from '../model/release.ts'
import { refuseMissing } from './surroundings/refuse-missing.ts'
import { refuseTakenNames } from './surroundings/refuse-taken-names.ts'
import { refuseTakenNetworks } from './surroundings/refuse-taken-networks.ts'
import { refuseUnmetNeeds } from './surroundings/refuse-unmet-needs.ts'
import { refuseSharedPorts } from './surroundings/refuse-shared-ports.ts'
import { portTaken, findTakenPort } from './surroundings/taken-ports.ts'

/** Observation and decisions for one host. */
export type HostPlan = {
  observation: HostObservation
  current: Release | undefined
  decisions: readonly ServiceDecision[]
  files: FileChanges
}

/** A step without its number. */
export type NewStep = { [K in StepKind]: Omit<StepOf<K>, 'id'> }[StepKind]

/**
 * Plans one host; the order of steps is decided elsewhere. Throws SERVICE_UNKNOWN, PROJECT_TAKEN, EXTERNAL_MISSING, NAME_TAKEN,
 * FILE_NOT_OURS, PORT_TAKEN, and what `refuseUnmetNeeds` and `refuseTakenNetworks` throw.
 */
export function planHost(observation: HostObservation, desired: DesiredRelease): HostPlan {
  refuseUnknownServices(observation.directory.app, desired)
  refuseTakenProject(observation, desired)
  refuseMissing(observation)
  refuseTakenNames(observation)
  const current = newestRelease(observation.directory.releases)
  const decisions = decideServices({ observation, desired, current })
  const files = findChangedFiles(observation, desired, current)
  const host: HostPlan = { observation, current, decisions, files }
  refuseTakenPorts(host)
  refuseUnmet(host)
  return host
}

/** Decides again until every service that is replaced together with another one (`restart: true`) is. */
export function decideServices(input: DecisionInput): ServiceDecision[] {
  const { services } = input.observation.directory.app
  const together = new Map<string, string>()
  for (;;) {
    const decisions = services.map((service) => decideService(service, input, together.get(service.name)))
    const replaced = new Set(
      decisions
        .filter(({ action, replaced }) => action !== 'leave' && action !== 'run-once' && replaced.length > 0)
        .map(({ service }) => service.name),
    )
    const more = decisions.flatMap(({ service, action }): [string, string][] => {
      const dependency = service.dependsOn.find((it) => it.restart === true && replaced.has(it.service))
      if (action !== 'leave' || dependency === undefined) return []
      return [[service.name, `${dependency.service}, which it restarts with, is replaced`]]
    })
    if (more.length === 0) return decisions
    for (const [name, cause] of more) together.set(name, cause)
  }
}

function refuseUnknownServices(app: AppModel, desired: DesiredRelease): void {
  const known = app.services.map((service) => service.name)
  const all = [...known, ...(app.elsewhere ?? []), ...(app.inactive ?? []).map(({ name }) => name)]
  const named: [string, string][] = [
    ...Object.keys(desired.rollout)
      .filter((name) => !all.includes(name))
      .map((name): [string, string] => ['services', name]),
    ...(desired.proxyService === undefined
      ? []
      : [['proxy.service', desired.proxyService] as [string, string]]),
    ...desired.tasks
      .filter((task) => !task.serviceCandidates.some((name) => all.includes(name)))
      .map((task): [string, string] => [`tasks.${task.name}.service`, task.serviceCandidates.join(' or ')]),
  ]
  for (const [key, name] of named) {
    if (known.includes(name)) continue
    throw new DrayError(
      'SERVICE_UNKNOWN',
      `Service ${name} (\`${key}\` in dray.yml) is not in the compose file.`,
      {
        hint: `Its services: ${all.join(', ')}.`,
      },
    )
  }
}

/** Refuses a port in use by another process: otherwise it would fail only after the old container has been stopped. */
function refuseTakenPorts({ observation, decisions }: HostPlan): void {
  refuseSharedPorts(observation.directory.app)
  const { directory, containers, surroundings } = observation
  const use = { listening: directory.listeningPorts, own: containers, others: surroundings.others }
  for (const { service, action } of decisions) {
    const taken = action === 'leave' ? undefined : findTakenPort(service, use)
    if (taken !== undefined) throw portTaken(taken, observation.host)
  }
}

/** Refuses what Compose or Docker would refuse when the containers that this deploy starts are created. */
function refuseUnmet({ observation, decisions }: HostPlan): void {
  const acting = decisions.filter(({ action }) => action !== 'leave')
  if (acting.length > 0) refuseTakenNetworks(observation)
  for (const { service } of acting) refuseUnmetNeeds(service, observation)
}

/** Whether the host needs no step. */
export function isUnchanged(host: HostPlan): boolean {
  return (
    host.decisions.every(
      (it) => it.action === 'leave' && it.replaced.length === 0 && it.standIns.length === 0,
    ) &&
    host.files.changed.length === 0 &&
    host.files.removed.length === 0 &&
    findOrphans(host).length === 0
  )
}

/** The services as a release records them, as far as known before their containers start. */
export function listReleasedServices({ observation, decisions }: HostPlan): Release['services'] {
  const services: Record<string, ReleasedService> = {}
  for (const { service, image, adoptedName, definitionHash, kept, dead } of decisions) {
    const resolved = observation.resolved.get(service.name)
    if (resolved === undefined) continue
    services[service.name] = {
      image,
      ...(adoptedName === undefined ? {} : { adoptedName }),
      digest: resolved.digest,
      ...(resolved.reference.tag === undefined ? {} : { tag: resolved.reference.tag }),
      replicas: service.replicas,
      definitionHash,
      configHash: (kept[0] ?? dead[0])?.configHash ?? '',
    }
  }
  return services
}

/** The inactive services as a release records them; a rollback repeats the record. Absent without any. */
export function listInactive(
  { observation }: HostPlan,
  { restores }: DesiredRelease,
): Pick<Release, 'inactive'> {
  const { directory, inactive } = observation
  const restored = directory.releases.find(({ id }) => id === restores?.id)
  if (restored !== undefined) return restored.inactive === undefined ? {} : { inactive: restored.inactive }
  if (inactive.length === 0) return {}
  return {
    inactive: Object.fromEntries(
      inactive.map(({ service: { name, profiles, image: named, definitionHash }, resolved }) => {
        const image = resolved === undefined ? named : pinnedName(resolved.reference, resolved.digest)
        return [name, { profiles, ...(image === undefined ? {} : { image }), definitionHash }]
      }),
    ),
  }
}

/** Containers of services that the last release had and the compose file no longer has. */
export function findOrphans({ observation, decisions, current }: HostPlan): [string, string[]][] {
  const present = new Set(decisions.map((it) => it.service.name))
  return Object.keys(current?.services ?? {})
    .filter((service) => !present.has(service))
    .map((service): [string, string[]] => [
      service,
      observation.containers
        .filter((it) => it.service === service && (!it.oneOff || it.standIn))
        .map((it) => it.id),
    ])
    .filter(([, containers]) => containers.length > 0)
}
