import type { Cluster, ClusterNode, StackTask } from '../../deploy/model/cluster.ts'
import { hasTaskEnded, isAway, nodeName, taskName } from '../../deploy/model/task-name.ts'
import { cutText } from '../../shared/cut-text.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { createRepeatFilter, secondBefore, type LogLine } from '../../shared/log-line.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import { chooseTasks, type StackView } from './choose-tasks.ts'
import type { FollowedTask, Found, Reading } from './followed-task.ts'
import type { LogMerge } from './log-merge.ts'
import {
  readMerged,
  refuseTooManyLogs,
  type LogContainer,
  type LogEntry,
  type ReadLogsRequest,
} from './read-logs.ts'

/** A manager of a swarm, to read the logs of a stack from. */
export type StackLogHost = {
  name: string
  /** The stack. */
  project: string
  cluster: Pick<Cluster, 'nodes' | 'services' | 'tasks' | 'taskLog' | 'logsAtOnce'>
}

/** Lines that the swarm did not send. `words`: those of the Engine. */
export type MissingLines = {
  node: string
  containers: readonly LogContainer[]
} & ({ reason: 'down' | 'silent' } | { reason: 'incomplete'; words: string })

export type ReadStackLogsRequest = Omit<ReadLogsRequest, 'hosts'> & {
  host: StackLogHost
  onMissing: (missing: MissingLines) => void
  /** Time between two looks for tasks and nodes, of three requests each: a second by default. */
  lookEveryMs?: number
}

/** How long the node of a task may send nothing before its log is given up; it ends the log when it has sent all. */
const SILENCE_MS = 10_000
const LOOK_EVERY_MS = 1_000
/** How long the last lines of a task that has ended may take. */
const LAST_LINES_MS = 3_000
/** Of what the Engine says about missing lines. */
const LONGEST_WORDS = 500
/** Before the reasons, in the words of moby, `daemon/server/httputils`, and swarmkit, `manager/logbroker`. */
const PREAMBLE = /^Error grabbing logs: (?:.* for the following reasons: )?/

/**
 * The logs of a stack's tasks, merged by time, in batches; fetches no more than requested. With `follow`, continues with new lines and
 * with tasks started meanwhile, until `signal` aborts. `onMissing` receives the lines of nodes that are down or send nothing. Throws
 * what the manager throws.
 */
export async function* readStackLogs(
  request: ReadStackLogsRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly LogEntry[], void> {
  yield* readMerged(
    request,
    async (merge, alive) => {
      const logs = new StackLogs(request, { merge, signal: alive })
      await logs.open()
      if (request.follow) void logs.watch()
    },
    signal,
  )
}

class StackLogs {
  readonly #request: ReadStackLogsRequest
  readonly #merge: LogMerge<LogContainer>
  readonly #signal: AbortSignal
  readonly #followed = new Map<string, FollowedTask>()
  /** Tasks that were there when reading began. */
  #before: ReadonlySet<string> = new Set()
  /** Nodes that are known to be down. */
  #away: ReadonlySet<string> = new Set()

  constructor(
    request: ReadStackLogsRequest,
    { merge, signal }: { merge: LogMerge<LogContainer>; signal: AbortSignal },
  ) {
    this.#request = request
    this.#merge = merge
    this.#signal = signal
  }

  async open(): Promise<void> {
    const { host, services, tail, onAbsence, onNote } = this.#request
    const view = await this.#view()
    const chosen = chooseTasks(view, services)
    refuseTooManyLogs(chosen.length, { atOnce: host.cluster.logsAtOnce, name: host.name })
    if (chosen.length === 0) onAbsence(host)
    this.#before = new Set(view.tasks.map(({ id }) => id))
    for (const task of chosen) {
      const { container, hasEnded } = this.#know(task, { view, tail })
      onNote({ change: 'found', container })
      if (hasEnded) onNote({ change: 'stopped', container, exitCode: task.exitCode, ...endOf(task) })
    }
    this.#tellAway(view.nodes)
    for (const followed of this.#readable(view)) this.#read(followed)
  }

  /** Looks for tasks that start or end, and for nodes that go or come back, until the signal aborts. */
  async watch(): Promise<void> {
    const { clock, lookEveryMs = LOOK_EVERY_MS } = this.#request
    try {
      for (;;) {
        await clock.sleep(lookEveryMs, this.#signal)
        const view = await this.#view()
        this.#signal.throwIfAborted()
        this.#look(view)
      }
    } catch (error) {
      this.#merge.fail(error)
    }
  }

  async #view(): Promise<StackView> {
    const { cluster, project } = this.#request.host
    const [services, tasks, nodes] = await Promise.all([
      cluster.services(project),
      cluster.tasks(project),
      cluster.nodes(),
    ])
    return { services, tasks, nodes }
  }

  #look(view: StackView): void {
    const { services, onNote } = this.#request
    for (const task of chooseTasks(view, services)) {
      if (this.#followed.has(task.id) || (this.#before.has(task.id) && task.desiredState !== 'running'))
        continue
      onNote({ change: 'started', container: this.#know(task, { view, tail: undefined }).container })
    }
    const tasks = new Map(view.tasks.map((task) => [task.id, task]))
    for (const [id, followed] of this.#followed) {
      const task = tasks.get(id)
      if (task !== undefined) followed.task = task
      else if (followed.hasEnded && followed.stream === undefined) this.#followed.delete(id)
      if (followed.hasEnded || (task !== undefined && !hasTaskEnded(task))) continue
      followed.hasEnded = true
      onNote({ change: 'ended', container: followed.container, exitCode: task?.exitCode })
    }
    this.#endSilent(tasks)
    this.#tellAway(view.nodes)
    for (const followed of this.#readable(view)) this.#read(followed)
  }

  /** Swarm does not end the log of a task that has ended. It is read once more, to its end, unless the task is gone. */
  #endSilent(tasks: ReadonlyMap<string, StackTask>): void {
    const now = this.#request.clock.now()
    for (const [id, followed] of this.#followed) {
      const { hasEnded, stream, isFollowing, silentSinceMs = now } = followed
      if (stream === undefined || !hasEnded || !isFollowing || now - silentSinceMs < LAST_LINES_MS) continue
      stream.abort()
      followed.isRead = !tasks.has(id)
    }
  }

  /** Tasks that may have lines to be read and have no stream: new ones, and those whose node or leader was lost. */
  #readable({ nodes }: StackView): FollowedTask[] {
    const away = new Set(nodes.filter(isAway).map(({ id }) => id))
    return [...this.#followed.values()].filter(
      ({ task, stream, hasEnded, isRead }) =>
        stream === undefined && !away.has(task.nodeId) && (!hasEnded || !isRead),
    )
  }

  /** A node that comes back gets every request for logs again, from the beginning: the streams are opened again. */
  #tellAway(nodes: readonly ClusterNode[]): void {
    const away = new Set(nodes.filter(isAway).map(({ id }) => id))
    for (const nodeId of away) {
      if (this.#away.has(nodeId)) continue
      const lost = [...this.#followed.values()].filter(
        ({ task, hasEnded, isRead }) => task.nodeId === nodeId && (!hasEnded || !isRead),
      )
      for (const { stream } of lost) stream?.abort()
      const containers = lost.map(({ container }) => container)
      if (containers.length > 0)
        this.#request.onMissing({ node: nodeName(nodeId, nodes), containers, reason: 'down' })
    }
    this.#away = away
  }

  #know(task: StackTask, { view, tail }: { view: StackView; tail: number | undefined }): FollowedTask {
    const container: LogContainer = {
      host: this.#request.host.name,
      service: view.services.find(({ id }) => id === task.serviceId)?.service ?? '',
      name: taskName(task, view),
      node: nodeName(task.nodeId, view.nodes),
    }
    const followed: FollowedTask = {
      task,
      container,
      stream: undefined,
      hasEnded: hasTaskEnded(task),
      fresh: createRepeatFilter(),
      firstAt: undefined,
      lastAt: undefined,
      tail,
      isRead: false,
      isFollowing: false,
      silentSinceMs: undefined,
    }
    this.#followed.set(task.id, followed)
    return followed
  }

  #read(followed: FollowedTask): void {
    followed.stream = new AbortController()
    followed.isRead = true
    followed.isFollowing = this.#request.follow && !followed.hasEnded
    void this.#merge.add(followed.container, this.#lines(followed, followed.stream))
  }

  async *#lines(followed: FollowedTask, stream: AbortController): AsyncGenerator<readonly LogLine[]> {
    const { onMissing } = this.#request
    const { container, isFollowing } = followed
    const found: Found = {}
    try {
      yield* this.#batches(followed, { stream, isFollowing, found })
    } catch (error) {
      // It is opened again at the next look, which fails if the manager is lost.
      if (!isFollowing || !(error instanceof DrayError && error.temporary)) throw error
    } finally {
      followed.stream = undefined
    }
    const missing = { node: container.node ?? '', containers: [container] }
    if (found.isSilent) onMissing({ ...missing, reason: 'silent' })
    else if (found.words !== undefined && !isFollowing)
      onMissing({ ...missing, reason: 'incomplete', words: found.words })
  }

  async *#batches(
    followed: FollowedTask,
    { stream, isFollowing, found }: Reading,
  ): AsyncGenerator<readonly LogLine[]> {
    const { host, clock, since } = this.#request
    const { lastAt, tail } = followed
    const { nodeId } = followed.task
    const node = followed.container.node ?? ''
    const log = host.cluster.taskLog(followed.task.id, {
      since: lastAt === undefined ? since : restartOf(followed, lastAt),
      tail: lastAt === undefined ? tail : undefined,
      follow: isFollowing,
      signal: AbortSignal.any([this.#signal, stream.signal]),
      onProblem: (words) => {
        found.words = cutText(words.replace(PREAMBLE, '').replaceAll(nodeId, node), LONGEST_WORDS)
      },
    })
    const batches = log[Symbol.asyncIterator]()
    const next = async (): Promise<readonly LogLine[] | undefined> => {
      using limit = startTimeLimit(isFollowing ? Infinity : SILENCE_MS, { clock })
      limit.signal.addEventListener('abort', () => {
        found.isSilent = true
        stream.abort()
      })
      followed.silentSinceMs = clock.now()
      const result = await batches.next()
      followed.silentSinceMs = undefined
      // What is cut off may be the beginning of a line.
      return result.done === true || stream.signal.aborted ? undefined : result.value
    }
    for (let batch = await next(); batch !== undefined; batch = await next()) {
      // Of a container with a terminal, the Engine's words about missing lines are a line without a time.
      found.words ??= batch.find(({ at }) => at === '')?.text
      const lines = followed.fresh(batch.filter(({ at }) => at !== ''))
      followed.firstAt ??= lines[0]?.at
      followed.lastAt = lines.at(-1)?.at ?? followed.lastAt
      yield lines
    }
  }
}

/** Where a log is read again: what --tail has cut off is not shown later. Times sort as text. */
function restartOf({ firstAt = '' }: FollowedTask, lastAt: string): string {
  const before = secondBefore(lastAt)
  return firstAt > before ? firstAt : before
}

function endOf({ stateSinceMs }: StackTask): { endedAtMs: number } {
  return { endedAtMs: stateSinceMs }
}
