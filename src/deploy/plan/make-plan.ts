import { listNotUndone } from './not-undone.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import { onEachNow } from '../model/on-each-host.ts'
import { countAtOnce, orderSteps } from './order-steps.ts'
import { planArrival } from './steps/plan-arrival.ts'
import { isUnchanged, planHost, listReleasedServices, type HostPlan } from './plan-host.ts'
import { describeProxies } from './steps/plan-switches.ts'
import { planWarnings } from './plan-warnings.ts'
import type { Plan } from '../model/plan.ts'
import { nextReleaseId } from '../model/release.ts'

/**
 * Makes every decision: the steps from the observed to the desired state, their order and their causes. Pure. `orderSteps` has
 * the order.
 * Throws what planHost and planArrival throw.
 */
export function makePlan(observations: readonly HostObservation[], desired: DesiredRelease): Plan {
  const hosts = onEachNow(observations, nameOf, (observation) => planHost(observation, desired))
  const release = nextReleaseId(observations.flatMap(({ directory }) => directory.usedReleaseIds))
  const unchanged = hosts.every(isUnchanged)
  const arrivals = unchanged
    ? []
    : onEachNow(
        hosts,
        ({ observation }) => nameOf(observation),
        (host) => planArrival(host, desired),
      )
  const steps = unchanged ? [] : orderSteps({ hosts, arrivals, desired, release })
  return {
    version: 1,
    release: unchanged ? (hosts[0]?.current?.id ?? release) : release,
    ...describeRestored(hosts, desired),
    ...describeReplaced(hosts),
    app: desired.app,
    environment: desired.environment,
    unchanged,
    steps: steps.map((step, index) => ({ ...step, id: index + 1 })),
    ...(unchanged || hosts.length < 2 ? {} : { rolling: countAtOnce(hosts.length, desired) }),
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

const nameOf = ({ host }: HostObservation): string => host
