import type { Cluster, TaskLogRequest } from '../../src/deploy/model/cluster.ts'
import type { LogLine } from '../../src/shared/log-line.ts'

/** The time of a line, in seconds of a minute. */
export const lineTime = (second: number): string =>
  `2026-11-23T10:00:${String(second).padStart(2, '0')}.000000000Z`

/** The logs of tasks as a manager gives them: one that is followed does not end. */
export class FakeTaskLogs implements Pick<Cluster, 'taskLog'> {
  readonly requests: string[] = []
  /** Tasks whose node sends nothing. */
  readonly silent = new Set<string>()
  /** What the Engine says of lines that are missing, by task. */
  readonly problems = new Map<string, string>()
  readonly #written = new Map<string, LogLine[]>()
  #wake = new Set<() => void>()

  write(taskId: string, ...lines: [second: number, text: string, stream?: LogLine['stream']][]): void {
    const written = lines.map(([second, text, stream = 'stdout']): LogLine => ({
      at: lineTime(second),
      stream,
      text,
    }))
    this.#written.set(taskId, [...(this.#written.get(taskId) ?? []), ...written])
    for (const wake of this.#wake) wake()
  }

  async *taskLog(
    taskId: string,
    { since = '', tail, follow, signal, onProblem }: TaskLogRequest,
  ): AsyncGenerator<readonly LogLine[]> {
    this.requests.push(`${taskId} since ${since === '' ? 'ever' : since.slice(17, 19)} tail ${tail ?? 'all'}`)
    const problem = this.problems.get(taskId)
    if (problem !== undefined) onProblem(problem)
    let given = 0
    while (!signal.aborted) {
      const all = this.#written.get(taskId) ?? []
      const next = this.silent.has(taskId) ? [] : all.slice(given).filter(({ at }) => at >= since)
      given = all.length
      if (next.length > 0) yield next
      else if (!follow && !this.silent.has(taskId)) return
      else await this.#change(signal)
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake.add(resolve)
      signal.addEventListener('abort', () => resolve())
    })
  }
}
