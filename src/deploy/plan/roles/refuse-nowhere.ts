import { DrayError } from '../../../errors/dray-error.ts'
import type { AppModel } from '../../model/app-model.ts'
import { isRunning } from '../../model/container.ts'
import type { DesiredRelease, HostObservation, Task } from '../../model/observation.ts'
import { someNames } from '../../model/some-names.ts'
import { refuseMovedTags } from '../refuse-moved-tags.ts'
import { refuseUnselectedTags } from '../refuse-unselected-tags.ts'

/**
 * Refuses what dray.yml or the command names and no host has: with roles, one of them is enough. What another host may have that
 * is not among these is not refused. Throws PROXY_UNKNOWN, TAG_MOVED, IMAGE_UNUSED and TAG_UNUSED.
 */
export function refuseNowhere(observations: readonly HostObservation[], desired: DesiredRelease): void {
  const isAll = areAll(observations, desired)
  if (isAll) refuseUnknownProxies(observations, desired)
  refuseMovedTags(observations, desired, isAll)
  refuseUnselectedTags(observations, desired, isAll)
}

/**
 * Refuses a task of which no host runs a service: the new release would serve without it. Throws TASK_NO_HOST.
 */
export function refuseHomelessTasks(
  observations: readonly HostObservation[],
  { tasks, leftOut = [] }: DesiredRelease,
): void {
  const here = observations.flatMap(({ directory: { app } }) =>
    [...app.services, ...(app.inactive ?? [])].map(({ name }) => name),
  )
  const task = tasks.find(({ serviceCandidates }) => !serviceCandidates.some((name) => here.includes(name)))
  if (task === undefined) return
  const hosts = someNames(observations.map(({ host }) => host))
  const missing =
    leftOut.length === 0 ? '' : `; ${someNames(leftOut)} ${leftOut.length === 1 ? 'is' : 'are'} left out`
  throw new DrayError(
    'TASK_NO_HOST',
    `Task ${task.name} needs a host with ${task.serviceCandidates.join(' or ')}, which ${hosts} ${observations.length === 1 ? 'does' : 'do'} not run${missing}.`,
  )
}

/** The desired release for a plan of one host alone, without the tasks of services that run on others. */
export function limitTasks(desired: DesiredRelease, { elsewhere = [] }: AppModel): DesiredRelease {
  const isElsewhere = ({ serviceCandidates }: Task): boolean =>
    serviceCandidates.some((name) => elsewhere.includes(name))
  return { ...desired, tasks: desired.tasks.filter((task) => !isElsewhere(task)) }
}

/** Whether these hosts run every service that some host of the environment runs. */
function areAll(observations: readonly HostObservation[], { placed }: DesiredRelease): boolean {
  const apps = observations.map(({ directory }) => directory.app)
  const here = new Set(apps.flatMap(({ services }) => services.map(({ name }) => name)))
  return apps
    .flatMap(({ elsewhere = [] }) => elsewhere)
    .every((name) => here.has(name) || placed?.includes(name) === false)
}

/** Proxies of other projects are seen only where the app runs, so that its first start is not refused. */
function refuseUnknownProxies(
  observations: readonly HostObservation[],
  { proxyContainers }: DesiredRelease,
): void {
  const running = observations.filter(({ containers }) => containers.some(isRunning))
  const known = running.flatMap(({ neighbours }) =>
    neighbours.flatMap(({ name, kind }) => (kind === undefined || kind === 'traefik' ? [] : [name])),
  )
  const unknown = proxyContainers.find((name) => !known.includes(name))
  if (unknown === undefined || running.length === 0) return
  throw new DrayError(
    'PROXY_UNKNOWN',
    `Container ${unknown} (\`proxy.containers\` in dray.yml) is not a running proxy on a network of the app on ${running.map(({ host }) => host).join(' or ')}.`,
    known.length === 0 ? {} : { hint: `Proxies of other projects there: ${known.join(', ')}.` },
  )
}
