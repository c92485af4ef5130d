import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Cluster, Stack, StackRequest, StackTask } from '../model/cluster.ts'
import type { Compose } from '../model/compose.ts'
import { hasTaskEnded, isAway, nodeName } from '../model/task-name.ts'
import { JobOutput } from './job-output.ts'
import { taskJobName } from '../swarm/jobs.ts'
import { LOOK_EVERY_MS } from '../swarm/look-every.ts'

type JobSwarm = {
  cluster: Pick<Cluster, 'services' | 'tasks' | 'tasksOf' | 'nodes' | 'removeService' | 'taskLog'>
  stack: Pick<Stack, 'startJob'>
}

type JobRequest = {
  swarm: JobSwarm
  /** The task of dray.yml. */
  task: string
  /** The stack, and the files of the release. */
  stack: Pick<StackRequest, 'stack' | 'files'>
  clock: Clock
}

/** How long Swarm may find no node for a task. */
const NO_NODE_MS = 60_000
/** How long the container of a job that was removed may take to stop. */
const STOP_MS = 30_000

/**
 * Runs a task once as a job of the stack, on its networks, and removes the job: as `Compose.runTask` does in a container. `runTask`
 * throws HOST_COMMAND_FAILED after `timeoutMs`, TASK_FAILED if the task did not run, STACK_NO_NODE, TASK_NODE_LOST, what the manager
 * throws, and the signal's reason if it aborts.
 */
export function createJobRunner(request: JobRequest): Pick<Compose, 'runTask'> {
  return {
    runTask: async (run) => {
      const { swarm, clock } = request
      const output = new JobOutput(swarm.cluster, clock, run.onLine)
      const id = await startJob(request, run)
      let isStopped = false
      try {
        const exitCode = await awaitEnd(id, { request, run, output })
        isStopped = true
        return exitCode
      } finally {
        await output.stop()
        await swarm.cluster.removeService(id)
        if (!isStopped) await awaitStopped(id, request)
      }
    },
  }
}

type Run = Parameters<Compose['runTask']>[0]

/** Returns the id of the job's service. */
async function startJob(
  { swarm: { cluster, stack }, task, stack: request }: JobRequest,
  { service, argv }: Run,
): Promise<string> {
  const job = taskJobName(request.stack, task)
  const find = async () => (await cluster.services(request.stack)).find((it) => it.service === job)
  // One that a killed run left would be updated, and its output mixed up with this one's.
  const old = await find()
  if (old !== undefined) await cluster.removeService(old.id)
  // Not cancelled midway, so that the job is known when it is removed.
  await stack.startJob({ ...request, orders: {}, service, job, argv })
  const created = await find()
  if (created !== undefined) return created.id
  throw new DrayError('TASK_FAILED', `Task ${task} was removed from the swarm before it ran.`)
}

async function awaitEnd(
  id: string,
  { request, run, output }: { request: JobRequest; run: Run; output: JobOutput },
): Promise<number> {
  const { swarm, clock, task: name } = request
  const { timeoutMs = Infinity, signal, onStarted } = run
  const startedAtMs = clock.now()
  let hasStarted = false
  for (;;) {
    signal?.throwIfAborted()
    const [tasks, nodes] = await Promise.all([swarm.cluster.tasksOf(id), swarm.cluster.nodes()])
    const task = tasks.toSorted((a, b) => b.createdAtMs - a.createdAtMs)[0]
    if (task?.hasContainer === true) {
      if (!hasStarted) onStarted?.()
      hasStarted = true
      output.follow(task.id)
    }
    if (task !== undefined && hasTaskEnded(task)) {
      if (hasStarted) await output.finish(task.id)
      return exitCodeOf(task, name)
    }
    const waitedMs = clock.now() - startedAtMs
    if (waitedMs >= timeoutMs) {
      if (task !== undefined && hasStarted) await output.finish(task.id)
      throw new DrayError('HOST_COMMAND_FAILED', `Task ${name} did not end within ${timeoutMs / 1000} s.`)
    }
    if (task !== undefined && nodes.some((node) => node.id === task.nodeId && isAway(node)))
      throw new DrayError(
        'TASK_NODE_LOST',
        `Node ${nodeName(task.nodeId, nodes)} went down while task ${name} was running there.`,
      )
    if (task?.state === 'pending' && task.error !== '' && waitedMs >= NO_NODE_MS)
      throw new DrayError('STACK_NO_NODE', `Swarm finds no node for task ${name}: ${task.error}.`)
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

/** Throws TASK_FAILED if its program did not run. */
function exitCodeOf({ state, exitCode = 0, error, hasContainer }: StackTask, name: string): number {
  if (state === 'complete') return 0
  if (exitCode !== 0) return exitCode
  const why = error === '' ? `it ended as ${state}` : error
  throw new DrayError('TASK_FAILED', `Task ${name} ${hasContainer ? 'failed' : 'did not run'}: ${why}.`)
}

/** The lock of the app is held until nothing of the task runs any more, as far as a node that answers can say. */
async function awaitStopped(id: string, { swarm, stack, clock }: JobRequest): Promise<void> {
  const untilMs = clock.now() + STOP_MS
  while (clock.now() < untilMs) {
    // The Engine refuses to list the tasks of a service that is gone by its id.
    const [all, nodes] = await Promise.all([swarm.cluster.tasks(stack.stack), swarm.cluster.nodes()])
    const tasks = all.filter(({ serviceId }) => serviceId === id)
    const away = new Set(nodes.filter(isAway).map((node) => node.id))
    if (tasks.every((task) => hasTaskEnded(task) || !task.hasContainer || away.has(task.nodeId))) return
    await clock.sleep(LOOK_EVERY_MS)
  }
}
