import type { DesiredRelease, HostObservation, Task } from '../../model/observation.ts'
import type { HostPlan } from '../plan-host.ts'
import { findTaskService } from '../steps/plan-start.ts'

/** The desired release as far as it concerns one host: without settings of services that run elsewhere. */
export function limitDesired(
  { directory }: Pick<HostObservation, 'directory'>,
  desired: DesiredRelease,
): DesiredRelease {
  const { services, elsewhere = [] } = directory.app
  if (elsewhere.length === 0) return desired
  const { proxyService, probeUrl } = desired
  const isReached = services.some(({ publishedPorts }) => publishedPorts.length > 0)
  return {
    ...desired,
    proxyService: proxyService !== undefined && elsewhere.includes(proxyService) ? undefined : proxyService,
    // Nothing on this host answers at the URL of the app.
    probeUrl: isReached ? probeUrl : false,
  }
}

/**
 * The desired release of each host, with the tasks that run there. A task runs once: on the first host that has its service, and
 * not if another host has the new service already, since it ran then.
 */
export function assignTasks(hosts: readonly HostPlan[], desired: DesiredRelease): DesiredRelease[] {
  const places = new Map<Task, HostPlan>()
  for (const task of desired.tasks) {
    const found = hosts.flatMap((host) => {
      const [service] = task.serviceCandidates.flatMap((name) => findTaskService(host, name) ?? [])
      return service === undefined ? [] : [{ host, isNew: service.isNew }]
    })
    const [first] = found
    if (first !== undefined && found.every(({ isNew }) => isNew)) places.set(task, first.host)
  }
  return hosts.map((host) => {
    const limited = limitDesired(host.observation, desired)
    return { ...limited, tasks: limited.tasks.filter((task) => places.get(task) === host) }
  })
}
