import { CommandTimedOut } from '../../errors/command-timed-out.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Cluster, Stack, StackRequest, StackService, StackTask } from '../model/cluster.ts'
import type { Compose } from '../model/compose.ts'
import { JobOutput } from './job-output.ts'
import { taskJobName } from './jobs.ts'
import { exitCodeOf, hasNotRun, judgeJob, refuseStill, type JobState } from './judge-job.ts'
import { LOOK_EVERY_MS } from './look-every.ts'
import { removeJob, type JobCluster } from './remove-jobs.ts'

type JobSwarm = {
  cluster: JobCluster & Pick<Cluster, 'tasksOf' | 'taskLog'>
  stack: Pick<Stack, 'startJob'>
}

type JobRequest = {
  swarm: JobSwarm
  /** The task of dray.yml. */
  task: string
  /** The stack, and the files of the release. */
  stack: Pick<StackRequest, 'stack' | 'files'>
  clock: Clock
  /** Receives the state of the task at each look. */
  onState?: (state: string) => void
}

/**
 * Runs a task once as a job of the stack, on its networks, removes the job, and waits until its container has stopped: as
 * `Compose.runTask` does in a container. A node may be lost, and a manager may not answer, while the task runs: `onStarted` is called
 * unless it is known that nothing of it ran. `runTask` throws HOST_COMMAND_FAILED after `timeoutMs`, TASK_FAILED if the task did not
 * run or its job was removed, TASK_NOT_STOPPED if an earlier run of it still runs, STACK_NO_NODE, TASK_NODE_LOST, what the manager
 * throws, and the signal's reason if it aborts. A failure of the swarm after which the task may have run has exit code 4.
 */
export function createJobRunner(request: JobRequest): Pick<Compose, 'runTask'> {
  return { runTask: (run) => new JobRun(request, run).run() }
}

type Run = Parameters<Compose['runTask']>[0]

/** One run of a task. */
class JobRun {
  readonly #request: JobRequest
  readonly #run: Run
  readonly #name: string
  readonly #output: JobOutput
  /** Swarm has the job, as far as its manager has answered. */
  #isThere = false
  /** The start failed, and a look at the services shows whether there is a job all the same. */
  #isInDoubt = false
  #tasks: readonly StackTask[] = []
  #hasRun = false

  constructor(request: JobRequest, run: Run) {
    this.#request = request
    this.#run = run
    this.#name = taskJobName(request.stack.stack, request.task)
    this.#output = new JobOutput(request.swarm.cluster, request.clock, run.onLine)
  }

  async run(): Promise<number> {
    // One that a killed run left would be updated, and its output mixed up with this one's.
    const old = await this.#find()
    if (old !== undefined) await this.#remove(old)
    const ended = await this.#start()
      .then((id) => this.#awaitEnd(id))
      .then(
        (exitCode) => ({ exitCode }),
        (error: unknown) => ({ error }),
      )
    await this.#output.stop()
    await this.#clear()
    const mayHaveRun = this.#mayHaveRun()
    if (mayHaveRun) this.#run.onStarted?.()
    if ('exitCode' in ended) return ended.exitCode
    throw mayHaveRun ? afterRunning(ended.error) : ended.error
  }

  async #find(): Promise<StackService | undefined> {
    const { swarm, stack } = this.#request
    return (await swarm.cluster.services(stack.stack)).find(({ service }) => service === this.#name)
  }

  #remove(job: StackService): Promise<void> {
    const { swarm, stack, clock } = this.#request
    return removeJob(job, { cluster: swarm.cluster, stack: stack.stack, clock })
  }

  /** Returns the id of the job's service. */
  async #start(): Promise<string> {
    const { swarm, stack, task } = this.#request
    const { service, argv, signal } = this.#run
    signal?.throwIfAborted()
    this.#isThere = true
    try {
      // Not cancelled midway, so that the job is known when it is removed.
      await swarm.stack.startJob({ ...stack, orders: {}, service, job: this.#name, argv })
    } catch (error) {
      this.#isThere = !isRefusal(error)
      this.#isInDoubt = isAnswer(error)
      // A manager may have created the job, and lost its leader before it said so.
      const created = isLeaderless(error) ? await this.#find().catch(() => undefined) : undefined
      if (created === undefined) throw withoutTime(error)
      this.#isInDoubt = false
      return created.id
    }
    const created = await this.#find()
    if (created !== undefined) return created.id
    throw this.#removed(`Task ${task}`)
  }

  #removed(task: string): DrayError {
    const name = `${this.#request.stack.stack}_${this.#name}`
    return new DrayError('TASK_FAILED', `${task} was removed from the swarm while it ran.`, {
      hint: `Another user removed service ${name}. The changes of the task stay: check them before you run it again.`,
    })
  }

  async #awaitEnd(id: string): Promise<number> {
    const { swarm, clock, task: name, onState } = this.#request
    const { timeoutMs = Infinity, signal } = this.#run
    const startedAtMs = clock.now()
    let still: { kind: JobState['kind']; sinceMs: number } | undefined
    for (;;) {
      signal?.throwIfAborted()
      const [tasks, nodes] = await Promise.all([this.#tasksOf(id), swarm.cluster.nodes()])
      this.#see(tasks)
      const state = judgeJob(tasks, nodes)
      const { kind, task } = state
      if (task?.hasContainer === true) this.#output.follow(task.id)
      if (task !== undefined && kind === 'ended') {
        if (task.hasContainer) await this.#output.finish(task.id)
        if (state.runs > 1) this.#warn(`Swarm ran task ${name} ${state.runs} times.`)
        return exitCodeOf(task, name)
      }
      if (clock.now() - startedAtMs >= timeoutMs) {
        if (task?.hasContainer === true) await this.#output.finish(task.id)
        throw new CommandTimedOut(`Task ${name} did not end within ${timeoutMs / 1000} s.`)
      }
      if (still?.kind !== kind) still = { kind, sinceMs: clock.now() }
      refuseStill(state, { forMs: clock.now() - still.sinceMs, name, nodes })
      onState?.(task === undefined ? 'new' : task.error === '' ? task.state : task.error)
      await clock.sleep(LOOK_EVERY_MS, signal)
    }
  }

  /** The Engine refuses to list the tasks of a service that is gone. */
  async #tasksOf(id: string): Promise<readonly StackTask[]> {
    try {
      return await this.#request.swarm.cluster.tasksOf(id)
    } catch (error) {
      const job = await this.#find()
      if (job?.id === id) throw error
      throw this.#removed(`Task ${this.#request.task}`)
    }
  }

  #see(tasks: readonly StackTask[]): void {
    this.#tasks = tasks
    this.#hasRun ||= tasks.some(({ hasContainer }) => hasContainer)
  }

  /** Whether something of the task may have run: only a refused start and the tasks of the job show that it did not. */
  #mayHaveRun(): boolean {
    return this.#hasRun || (this.#isThere && !hasNotRun(this.#tasks))
  }

  /** Removes the job. A failure does not hide the result of the task. */
  async #clear(): Promise<void> {
    try {
      const job = await this.#find()
      if (job !== undefined) {
        if (this.#isInDoubt)
          this.#see(await this.#request.swarm.cluster.tasksOf(job.id).catch(() => this.#tasks))
        await this.#remove(job)
      } else if (this.#isInDoubt) this.#isThere = false
    } catch (error) {
      const { message } = error instanceof Error ? error : { message: String(error) }
      const name = `${this.#request.stack.stack}_${this.#name}`
      this.#warn(
        `The job of task ${this.#request.task} may still run: ${message} \`docker service rm ${name}\` on a manager removes it.`,
      )
    }
  }

  #warn(text: string): void {
    this.#run.onLine(text, 'stderr')
  }
}

/** Docker or Compose read the job, and did not take it. */
function isRefusal(error: unknown): boolean {
  const codes = ['STACK_REFUSED', 'COMPOSE_INVALID', 'SERVICE_UNKNOWN']
  return error instanceof DrayError && codes.includes(error.code)
}

function isLeaderless(error: unknown): boolean {
  return error instanceof DrayError && error.code === 'SWARM_NO_LEADER'
}

/** Whether the manager has answered: without an answer, it may still be about to create the job. */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof DrayError && !(error instanceof CommandTimedOut) && error.code !== 'HOST_UNREACHABLE'
  )
}

/** The time limit of the task is another one. */
function withoutTime(error: unknown): unknown {
  if (!(error instanceof CommandTimedOut)) return error
  const { code, message, hint, details } = error
  return new DrayError(code, message, { hint, details, cause: error })
}

/** The exit codes of a failed precondition and of a wrong file say that nothing was changed. */
function afterRunning(error: unknown): unknown {
  if (!(error instanceof DrayError) || error instanceof CommandTimedOut) return error
  if (error.exitCode !== EXIT.precondition && error.exitCode !== EXIT.usage) return error
  const { code, message, hint, details } = error
  return new DrayError(code, message, { hint, details, cause: error, exitCode: EXIT.needsPerson })
}
