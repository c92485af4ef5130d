import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Cluster, ClusterNode, StackService, StackTask } from '../model/cluster.ts'
import { someNames } from '../model/some-names.ts'
import { hasTaskEnded, isAway, nodeName } from '../model/task-name.ts'
import { isOwnJob } from './jobs.ts'
import { LOOK_EVERY_MS } from './look-every.ts'

/** What the removal of a job asks of the swarm. */
export type JobCluster = Pick<Cluster, 'services' | 'tasks' | 'nodes' | 'removeService'>

/** Of a service that does not say it: https://docs.docker.com/reference/compose-file/services/#stop_grace_period */
const DEFAULT_STOP_MS = 10_000
/** Besides the grace period: a node hears of the removal, and reports the end. */
const SPARE_MS = 30_000

/**
 * Removes the job of a task, and waits until its container has stopped: Swarm removes the service at once, and the container within
 * its grace period. One on a node that is down is not waited for. Throws TASK_NOT_STOPPED if it still runs then, and what the
 * manager throws.
 */
export async function removeJob(
  job: Pick<StackService, 'id' | 'service' | 'stopMs'>,
  { cluster, stack, clock }: { cluster: JobCluster; stack: string; clock: Clock },
): Promise<void> {
  await cluster.removeService(job.id)
  const limitMs = (job.stopMs ?? DEFAULT_STOP_MS) + SPARE_MS
  const { running, nodes } = await awaitStopped(({ serviceId }) => serviceId === job.id, {
    cluster,
    stack,
    clock,
    limitMs,
  })
  if (running.length > 0) throw notStopped(job.service, { running, nodes, limitMs })
}

/**
 * Removes the jobs of a stack that a killed or cancelled run has left, and waits until the tasks of the app among them have stopped. A
 * pull job would run again on each node that joins, and has a token. Call it under the app's lock. Tries all; throws the first failure,
 * as `removeJob`. Returns the names of nodes on which a container of an earlier removal still runs.
 */
export async function removeJobs(
  cluster: JobCluster & Pick<Cluster, 'pullJobs'>,
  stack: string,
  clock: Clock,
): Promise<readonly string[]> {
  const [services, pulls] = await Promise.all([cluster.services(stack), cluster.pullJobs(stack)])
  const there = new Set(services.map(({ id }) => id))
  // A run that was killed a moment ago may have removed its job, whose container has not stopped yet.
  const gone = awaitStopped(({ serviceId }) => !there.has(serviceId), {
    cluster,
    stack,
    clock,
    limitMs: DEFAULT_STOP_MS + SPARE_MS,
  }).catch(() => undefined)
  const removed = await Promise.allSettled([
    ...services.filter(isOwnJob).map((job) => removeJob(job, { cluster, stack, clock })),
    ...pulls.map(({ id }) => cluster.removeService(id)),
  ])
  const left = await gone
  for (const it of removed) if (it.status === 'rejected') throw it.reason
  return left === undefined ? [] : nodesOf(left)
}

/**
 * Removes services, and waits until their containers have stopped, which may hold a port of their node until then; each has its
 * grace period. Returns the names of nodes on which one still runs. Throws what the manager throws.
 */
export async function removeAndAwait(
  services: readonly Pick<StackService, 'id' | 'stopMs'>[],
  site: { cluster: JobCluster; stack: string; clock: Clock },
): Promise<readonly string[]> {
  await Promise.all(services.map(({ id }) => site.cluster.removeService(id)))
  const limitMs = Math.max(0, ...services.map(({ stopMs = DEFAULT_STOP_MS }) => stopMs)) + SPARE_MS
  const ids = new Set(services.map(({ id }) => id))
  return nodesOf(await awaitStopped(({ serviceId }) => ids.has(serviceId), { ...site, limitMs }))
}

/** Waits until none of the tasks has a container that runs on a node that answers. Returns those that still do. */
async function awaitStopped(
  isMeant: (task: StackTask) => boolean,
  { cluster, stack, clock, limitMs }: { cluster: JobCluster; stack: string; clock: Clock; limitMs: number },
): Promise<Running> {
  const untilMs = clock.now() + limitMs
  for (;;) {
    // The Engine refuses to list the tasks of a service that is gone by its id.
    const [tasks, nodes] = await Promise.all([cluster.tasks(stack), cluster.nodes()])
    const away = new Set(nodes.filter(isAway).map(({ id }) => id))
    const running = tasks.filter(
      (task) => isMeant(task) && task.hasContainer && !hasTaskEnded(task) && !away.has(task.nodeId),
    )
    if (running.length === 0 || clock.now() >= untilMs) return { running, nodes }
    await clock.sleep(LOOK_EVERY_MS)
  }
}

type Running = { running: readonly StackTask[]; nodes: readonly ClusterNode[] }

function nodesOf({ running, nodes }: Running): string[] {
  return [...new Set(running.map(({ nodeId }) => nodeName(nodeId, nodes)))]
}

function notStopped(job: string, { running, nodes, limitMs }: Running & { limitMs: number }): DrayError {
  const where = someNames(nodesOf({ running, nodes }))
  return new DrayError(
    'TASK_NOT_STOPPED',
    `The container of job ${job} on node ${where} did not stop within ${limitMs / 1000} s.`,
  )
}
