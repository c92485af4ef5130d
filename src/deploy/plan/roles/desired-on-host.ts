import { limitDesired } from '../../model/limit-desired.ts'
import type { DesiredRelease, Task } from '../../model/observation.ts'
import type { HostPlan } from '../plan-host.ts'
import { findTaskService } from '../steps/plan-start.ts'

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
