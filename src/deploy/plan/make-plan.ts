import { listNotUndone } from './not-undone.ts'
import { isOut } from '../model/hooks.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import { onEachNow } from '../model/on-each-host.ts'
import { limitDesired } from '../model/limit-desired.ts'
import { assignTasks } from './roles/desired-on-host.ts'
import { refuseHomelessTasks, refuseNowhere } from './roles/refuse-nowhere.ts'
import { warnOfUnasked, warnOfUnplaced } from './roles/warn-of-hosts.ts'
import { countAtOnce, orderSteps } from './order-steps.ts'
import { planArrival } from './steps/plan-arrival.ts'
import { isUnchanged, planHost, listReleasedServices, type HostPlan } from './plan-host.ts'
import { describeProxies } from './steps/plan-switches.ts'
import { joinHosts, joinWarnings } from './join-warnings.ts'
import { measuredWarnings } from './measured-warnings.ts'
import { planWarnings } from './plan-warnings.ts'
import type { Plan } from '../model/plan.ts'
import { someNames } from '../model/some-names.ts'
import { newestRelease, nextReleaseId, type Release } from '../model/release.ts'

/**
 * Makes every decision: the steps from the observed to the desired state, their order and their causes. Pure. `orderSteps` has
 * the order.
 * Throws what `refuseNowhere`, `planHost`, `refuseHomelessTasks` and `planArrival` throw.
 */
export function makePlan(observations: readonly HostObservation[], desired: DesiredRelease): Plan {
  refuseNowhere(observations, desired)
  const hosts = onEachNow(observations, nameOf, (observation) =>
    planHost(observation, limitDesired(observation, desired)),
  )
  const desiredThere = assignTasks(hosts, desired)
  const used = observations.flatMap(({ directory }) => directory.usedReleaseIds)
  const release = desired.joins?.release ?? nextReleaseId(used)
  const unchanged = hosts.every((host) => isUnchanged(host) && !isOut(host.observation, desired))
  if (!unchanged) refuseHomelessTasks(observations, desired)
  const fleet = hosts.map((plan, index) => ({ plan, desired: desiredThere[index] ?? desired }))
  const arrivals = unchanged
    ? []
    : onEachNow(
        fleet,
        ({ plan }) => nameOf(plan.observation),
        (it) => planArrival(it.plan, it.desired),
      )
  const steps = unchanged ? [] : orderSteps({ hosts: fleet, arrivals, rolling: desired.rolling, release })
  return {
    version: 1,
    release: unchanged ? (hosts[0]?.current?.id ?? release) : release,
    ...describeRestored(hosts, desired),
    ...describeReplaced(hosts),
    ...(desired.joins && { joins: desired.joins }),
    ...(desired.leftOut && { leftOut: desired.leftOut }),
    app: desired.app,
    environment: desired.environment,
    unchanged,
    steps: steps.map((step, index) => ({ ...step, id: index + 1 })),
    ...(unchanged || hosts.length < 2 ? {} : { rolling: countAtOnce(hosts.length, desired.rolling) }),
    ...(unchanged || Object.keys(desired.hooks).length === 0 ? {} : { hooks: desired.hooks }),
    images: Object.entries(
      Object.assign({}, ...hosts.map(listReleasedServices).reverse()) as Release['services'],
    ).map(([service, { image, digest, tag }]) => ({
      service,
      name: image.replace(/@.*$/, ''),
      digest,
      ...(tag === undefined ? {} : { tag }),
    })),
    proxies: hosts.flatMap(describeProxies),
    ...joinWarnings({
      decided: [
        ...warnOfUnplaced(hosts, desired),
        ...warnOfUnasked(fleet, desired),
        ...warnOfLeftOut(desired),
        ...(desired.notes ?? []),
        ...joinHosts(fleet.map((it) => ({ host: hostOf(it), texts: planWarnings(it.plan, it.desired) }))),
      ],
      measured: [
        ...joinHosts(fleet.map((it) => ({ host: hostOf(it), texts: measuredWarnings(it.plan, it.desired) }))),
        ...joinHosts(
          fleet.map((it, index) => ({ host: hostOf(it), texts: arrivals[index]?.warnings ?? [] })),
        ),
      ],
    }),
    unchangedServices: hosts.flatMap(({ observation, decisions }) =>
      decisions
        .filter((decision) => decision.action === 'leave')
        .map(({ service, cause }) => ({ host: observation.host, service: service.name, cause })),
    ),
    ...describeInactive(hosts),
  }
}

function hostOf({ plan }: { plan: HostPlan }): string {
  return nameOf(plan.observation)
}

/** The release that a rollback puts back, and what it does not undo. */
function describeRestored(hosts: readonly HostPlan[], { restores }: DesiredRelease) {
  if (restores === undefined) return {}
  const { id, tag } = restores
  return {
    restores: { release: id, ...(tag === undefined ? {} : { tag }) },
    notUndone: listNotUndone(
      restores,
      hosts.map(({ observation }) => observation),
    ),
  }
}

/** The newest of the hosts' releases: one that was left out has an older one. */
function describeReplaced(hosts: readonly HostPlan[]): Pick<Plan, 'replaces'> {
  const newest = newestRelease(hosts.flatMap(({ current }) => current ?? []))
  return newest === undefined ? {} : { replaces: newest.id }
}

function warnOfLeftOut({ leftOut = [] }: DesiredRelease): string[] {
  if (leftOut.length === 0) return []
  const [keeps, it] = leftOut.length === 1 ? ['keeps its release', 'it'] : ['keep their release', 'them']
  return [
    `${someNames(leftOut)} ${keeps}. The next deploy without \`--without\` brings ${it} to that of the others.`,
  ]
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
