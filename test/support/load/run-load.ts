import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { answersOf } from './load-report.ts'
import type { LoadOptions, LoadProgress, LoadReport } from './load-report.ts'

export type RunLoadOptions = LoadOptions & {
  /** What the process is started with, for instance `nsenter --net=…` to send from another network namespace. */
  startWith?: readonly string[]
  onProgress?: (progress: LoadProgress) => void
}

export type RunningLoad = AsyncDisposable & {
  /** Resolves as soon as the condition holds. Rejects if the load ends before. */
  waitUntil(condition: (progress: LoadProgress) => boolean): Promise<void>
  /** Sends no more, waits for the answers under way, and reports. The same report when called again. */
  stop(): Promise<LoadReport>
}

const script = fileURLToPath(new URL('load-process.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

/**
 * Sends requests by the clock from a process of its own, so that neither disturbs the other. Resolves once the first
 * request has been sent. Throws when the process cannot be started.
 */
export async function runLoad(options: RunLoadOptions): Promise<RunningLoad> {
  const { startWith = [], onProgress, ...load } = options
  const [program, ...args] = [...startWith, process.execPath, '--import', tsx, script]
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const reading = readLines(child, onProgress)
  child.stdin.on('error', () => {})
  child.stdin.write(`${JSON.stringify(load)}\n`)
  const stop = async () => {
    child.stdin.end()
    return reading.report
  }
  await reading.waitUntil(({ sent }) => sent > 0)
  return {
    waitUntil: reading.waitUntil,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}

type Waiter = {
  condition: (progress: LoadProgress) => boolean
  resolve: () => void
  reject: (error: Error) => void
}

function readLines(child: ChildProcess, onProgress?: (progress: LoadProgress) => void) {
  const waiters = new Set<Waiter>()
  let latest: LoadProgress = { sent: 0, succeeded: 0, failed: 0, versions: [], answers: {} }
  let ended: Error | undefined

  const report = readReport()
  // A caller that asks for the report sees the failure; no caller has to ask.
  report.catch(() => {})

  async function readReport(): Promise<LoadReport> {
    if (child.stdout === null) throw new Error('the load process has no output')
    const exited = once(child, 'exit').catch((error: unknown) => [String(error)])
    for await (const line of createInterface({ input: child.stdout })) {
      const message = JSON.parse(line) as { progress?: LoadProgress; report?: LoadReport }
      if (message.progress) take(message.progress)
      if (message.report) return finish(message.report)
    }
    const [reason] = await exited
    const error = new Error(`the load process ended without a report: ${String(reason)}`)
    end(error)
    throw error
  }

  function finish(last: LoadReport): LoadReport {
    const { sent, succeeded, failed, versions } = last
    take({ sent, succeeded, failed, versions: Object.keys(versions), answers: answersOf(versions) })
    end(new Error('the load ended before the condition held'))
    return last
  }

  function take(progress: LoadProgress): void {
    latest = progress
    onProgress?.(progress)
    for (const waiter of waiters) {
      if (!waiter.condition(progress)) continue
      waiters.delete(waiter)
      waiter.resolve()
    }
  }

  function end(error: Error): void {
    ended = error
    for (const waiter of waiters) waiter.reject(error)
    waiters.clear()
  }

  function waitUntil(condition: Waiter['condition']): Promise<void> {
    if (condition(latest)) return Promise.resolve()
    if (ended) return Promise.reject(ended)
    return new Promise((resolve, reject) => waiters.add({ condition, resolve, reject }))
  }

  return { report, waitUntil }
}
