import { createHash } from 'node:crypto'
import type { Cluster, StackService } from '../model/cluster.ts'

/** Of the names of jobs that run tasks of the app. */
const PREFIX = 'dray-'

/** Characters of a service's name in a swarm, with the stack's name and the character between them. */
const LONGEST_NAME = 63

/** The name of the job that runs a task: with that of the stack, it is not longer than Swarm takes. */
export function taskJobName(stack: string, task: string): string {
  const most = LONGEST_NAME - 1 - stack.length
  const name = `${PREFIX}task-${task.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`
  if (name.length <= most && !name.endsWith('-')) return name
  const hash = createHash('sha256').update(task).digest('hex')
  return `${PREFIX}${hash.slice(0, Math.max(1, Math.min(12, most - PREFIX.length)))}`
}

/** Whether a service of a stack is a job that dray started: a task of the app. */
export function isOwnJob({ mode, service }: Pick<StackService, 'mode' | 'service'>): boolean {
  return mode === 'job' && service.startsWith(PREFIX)
}

/**
 * Removes the jobs of a stack that a killed or cancelled run has left. A pull job would run again on each node that joins, and has a
 * token. Call it under the app's lock. Tries all; throws the first failure.
 */
export async function removeJobs(
  cluster: Pick<Cluster, 'services' | 'pullJobs' | 'removeService'>,
  stack: string,
): Promise<void> {
  const [services, pulls] = await Promise.all([cluster.services(stack), cluster.pullJobs(stack)])
  const removed = await Promise.allSettled(
    [...services.filter(isOwnJob), ...pulls].map(({ id }) => cluster.removeService(id)),
  )
  for (const it of removed) if (it.status === 'rejected') throw it.reason
}
