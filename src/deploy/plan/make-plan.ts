import { listNotUndone } from './not-undone.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import { planProxyTests } from './proxies/plan-proxy-tests.ts'
import { planArrival } from './steps/plan-arrival.ts'
import { planConclusion } from './steps/plan-conclusion.ts'
import { isUnchanged, planHost, listReleasedServices, type HostPlan, type NewStep } from './plan-host.ts'
import { planTasks } from './steps/plan-start.ts'
import { describeProxies, planPins } from './steps/plan-switches.ts'
import { planCallerPins } from './callers/plan-caller-switches.ts'
import { planTraffic } from './steps/plan-traffic.ts'
import { planWarnings } from './plan-warnings.ts'
import type { Plan } from '../model/plan.ts'
import { nextReleaseId } from '../model/release.ts'

/**
 * Makes every decision: the steps from the observed to the desired state, their order and their causes. Pure. Steps that
 * can fail without affecting traffic come first, on every host; then traffic switches host by host; the old containers are
 * stopped and removed last.
 * Throws what planHost and planArrival throw.
 */
export function makePlan(observations: readonly HostObservation[], desired: DesiredRelease): Plan {
  const hosts = observations.map((observation) => planHost(observation, desired))
  const release = nextReleaseId(observations.flatMap(({ directory }) => directory.usedReleaseIds))
  const unchanged = hosts.every(isUnchanged)
  const arrivals = unchanged ? [] : hosts.map((host) => planArrival(host, desired))
  const tasks = unchanged ? [] : hosts.slice(0, 1).flatMap((host) => planTasks(host, desired, 'before'))
  const steps: NewStep[] = unchanged
    ? []
    : [
        ...arrivals.flatMap(({ before }) => before),
        ...hosts.flatMap(planPins),
        ...hosts.flatMap(planCallerPins),
        ...arrivals.flatMap(({ pulls }) => pulls),
        ...hosts.flatMap((host) => planPlacement(host)),
        ...hosts.flatMap((host) => planProxyTests(host, tasks.length > 0)),
        ...tasks,
        ...hosts.flatMap((host, index) => planTraffic(host, desired, index === 0)),
        ...hosts.slice(0, 1).flatMap((host) => planTasks(host, desired, 'after')),
        ...planConclusion(hosts, desired, release),
      ]
  return {
    version: 1,
    release: unchanged ? (hosts[0]?.current?.id ?? release) : release,
    ...describeRestored(hosts, desired),
    ...describeReplaced(hosts),
    app: desired.app,
    environment: desired.environment,
    unchanged,
    steps: steps.map((step, index) => ({ ...step, id: index + 1 })),
    ...(unchanged || Object.keys(desired.hooks).length === 0 ? {} : { hooks: desired.hooks }),
    images: hosts.slice(0, 1).flatMap((host) =>
      Object.entries(listReleasedServices(host)).map(([service, { image, digest, tag }]) => ({
        service,
        name: image.replace(/@.*$/, ''),
        digest,
        ...(tag === undefined ? {} : { tag }),
      })),
    ),
    proxies: hosts.flatMap(describeProxies),
    warnings: [
      ...new Set([
        ...hosts.flatMap((host) => planWarnings(host, desired)),
        ...arrivals.flatMap((arrival) => arrival.warnings),
      ]),
    ],
    unchangedServices: hosts.flatMap(({ observation, decisions }) =>
      decisions
        .filter((decision) => decision.action === 'leave')
        .map(({ service, cause }) => ({ host: observation.host, service: service.name, cause })),
    ),
    ...describeInactive(hosts),
  }
}

/** The release that a rollback puts back, and what it does not undo; `.env` is read on the first host. */
function describeRestored(hosts: readonly HostPlan[], { restores }: DesiredRelease) {
  if (restores === undefined) return {}
  const { id, tag } = restores
  return {
    restores: { release: id, ...(tag === undefined ? {} : { tag }) },
    notUndone: listNotUndone(restores, hosts[0]?.observation.directory.envFile),
  }
}

function describeReplaced([first]: readonly HostPlan[]) {
  return first?.current === undefined ? {} : { replaces: first.current.id }
}

function describeInactive(hosts: readonly HostPlan[]): Pick<Plan, 'inactiveServices'> {
  const inactiveServices = hosts.flatMap(({ observation: { host, inactive } }) =>
    inactive.map(({ service: { name, profiles }, problem }) => ({
      host,
      service: name,
      profiles,
      ...(problem === undefined ? {} : { problem }),
    })),
  )
  return inactiveServices.length === 0 ? {} : { inactiveServices }
}

function planPlacement(host: HostPlan): NewStep[] {
  const { observation, files } = host
  if (files.changed.length === 0 && files.removed.length === 0) return []
  const first = host.current === undefined
  return [
    {
      kind: 'place-files',
      host: observation.host,
      cause: first ? 'first release by dray on this host' : changesOf(host),
      changed: files.changed,
      removed: files.removed,
      inPlace: files.inPlace,
      adopt: files.adopt,
    },
  ]
}

function changesOf({ observation, files }: HostPlan): string {
  const differ = `${files.changed.length} of ${observation.files.length} files differ`
  // Of the files that a copy is kept of, those that dray wrote and that were changed are part of the app, too.
  const moved = files.removed.filter((path) => files.adopt.includes(path) && !files.edited.includes(path))
  const gone = files.removed.length - moved.length
  return [
    files.changed.length > 0 ? differ : [],
    gone > 0 ? `${gone} no longer part of the app` : [],
    moved.length > 0 ? `${moved.length} moved to .dray/adopted` : [],
  ]
    .flat()
    .join(', ')
}
