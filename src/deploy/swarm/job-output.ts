import type { Clock } from '../../shared/clock.ts'
import { createRepeatFilter, secondBefore } from '../../shared/log-line.ts'
import { stripControl } from '../../shared/strip-control.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import type { Cluster } from '../model/cluster.ts'

type OnLine = (line: string, stream: 'stdout' | 'stderr') => void

/** How long the node of a job may take for the rest of its output. */
const REST_MS = 10_000

/**
 * The output of a job's task, as it is printed and to its end. Swarm does not end a log that is followed, so that it is read once more
 * when the task has ended.
 */
export class JobOutput {
  readonly #cluster: Pick<Cluster, 'taskLog'>
  readonly #clock: Clock
  readonly #onLine: OnLine
  readonly #fresh = createRepeatFilter()
  readonly #stop = new AbortController()
  #following: Promise<unknown> | undefined
  #lastAt: string | undefined

  constructor(cluster: Pick<Cluster, 'taskLog'>, clock: Clock, onLine: OnLine) {
    this.#cluster = cluster
    this.#clock = clock
    this.#onLine = onLine
  }

  /** Prints what the task prints from now on, until `stop` or `finish`. */
  follow(taskId: string): void {
    // A log that breaks off is read to its end by `finish`.
    this.#following ??= this.#print(taskId, { follow: true, signal: this.#stop.signal }).catch(
      () => undefined,
    )
  }

  /** Prints the rest; says on standard error if it could not be read. */
  async finish(taskId: string): Promise<void> {
    await this.stop()
    using limit = startTimeLimit(REST_MS, { clock: this.#clock })
    const { signal } = limit
    const isWhole = await this.#print(taskId, { follow: false, signal }).catch(() => false)
    if (!isWhole) this.#onLine('dray could not read the end of this output.', 'stderr')
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#following
  }

  /** False if lines are missing. */
  async #print(taskId: string, how: { follow: boolean; signal: AbortSignal }): Promise<boolean> {
    const problems: string[] = []
    const since = this.#lastAt === undefined ? undefined : secondBefore(this.#lastAt)
    const onProblem = (words: string): void => void problems.push(words)
    for await (const batch of this.#cluster.taskLog(taskId, { ...how, since, onProblem })) {
      // What is cut off may be the beginning of a line.
      if (how.signal.aborted) break
      for (const { at, text, stream } of this.#fresh(batch)) {
        this.#onLine(stripControl(text), stream)
        this.#lastAt = at
      }
    }
    return problems.length === 0 && !how.signal.aborted
  }
}
