import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import { LogMerge } from '../../../../operations/logs/log-merge.ts'
import type { LogEntry } from '../../../../operations/logs/read-logs.ts'
import type { LogLine } from '../../../../shared/log-line.ts'
import type { LogAnswer } from '../../../../ui/page/model.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { PACE_MS } from '../watch/pace.ts'
import type { AnswerPorts } from './answer-page.ts'
import { logHosts, type LogHosts } from './log-hosts.ts'
import { PageQueue, type LogChoice } from './page-queue.ts'

/** The logs of one environment for one open page, read at its pace. */
export type LogFollower = Disposable & {
  /** The lines since the last call, at most a few thousand. */
  take(): LogAnswer
}

type LogPorts = AnswerPorts & {
  clean: (text: string) => string
  /** The clock of a host minus that of this machine. */
  offsetMs: (environment: string, host: string) => number
  /** Those of the environment by default. */
  hosts?: LogHosts
}

/** Time between two looks at a host without a release. */
const UNDEPLOYED_MS = 30_000
/** How long the lines of a host wait for earlier ones of a host that is being opened, and of one that has sent lines. */
const PATIENCE = { firstMs: 2_000, laterMs: 100 }

/**
 * Follows the logs of all hosts until it is disposed of. Each host is opened and read on its own: one that fails is tried again, and
 * the others stay open.
 */
export function followLogs(input: EnvironmentInput, choice: LogChoice, ports: LogPorts): LogFollower {
  const stop = new AbortController()
  const { environment } = input.config
  const page = new PageQueue(choice, {
    ...ports,
    environment: environment.name,
    hosts: environment.hosts,
    offsetMs: (host) => ports.offsetMs(environment.name, host),
  })
  const merge = new LogMerge<string>(ports.context.clock, PATIENCE)
  const hosts = ports.hosts ?? logHosts(input, ports)
  const reading = { page, choice, hosts, clock: ports.context.clock, signal: stop.signal }
  for (const host of environment.hosts) void merge.add(host, readHost(host, reading))
  void fill(page, merge, stop.signal)
  return { take: () => page.take(), [Symbol.dispose]: () => stop.abort() }
}

async function fill(page: PageQueue, merge: LogMerge<string>, signal: AbortSignal): Promise<void> {
  for await (const batch of merge.lines(signal))
    await page.add(
      batch.flatMap(({ line }) => (isEntry(line) ? line : [])),
      signal,
    )
}

function isEntry(line: LogLine): line is LogEntry {
  return 'container' in line
}

type Reading = {
  page: PageQueue
  choice: LogChoice
  hosts: LogHosts
  clock: AnswerPorts['context']['clock']
  signal: AbortSignal
}

/** The lines of one host, opened again after each failure, until the signal aborts. Never throws. */
async function* readHost(host: string, reading: Reading): AsyncGenerator<readonly LogEntry[], void> {
  const { page, hosts, clock, signal } = reading
  const isOver = (): boolean => signal.aborted
  while (!isOver()) {
    let isUndeployed = false
    try {
      yield* readOpened(host, reading)
    } catch (error) {
      if (isOver()) return
      const failure = failureFrom(toDrayError(error))
      page.fail(host, failure)
      isUndeployed = failure.code === 'NOT_DEPLOYED'
    }
    // What fails is not opened again and again at once.
    if (!isUndeployed) await clock.sleep(PACE_MS.unknown, signal).catch(() => undefined)
    while (isUndeployed && !isOver()) {
      await clock.sleep(UNDEPLOYED_MS, signal).catch(() => undefined)
      isUndeployed = !isOver() && !(await hosts.isDeployed(host).catch(() => false))
    }
  }
}

async function* readOpened(
  host: string,
  { page, choice, hosts, clock, signal }: Reading,
): AsyncGenerator<readonly LogEntry[], void> {
  const opened = await hosts.open(host)
  // When reading ends in the middle of a batch, nothing after it runs.
  const dispose = (): void => opened[Symbol.dispose]()
  signal.addEventListener('abort', dispose)
  try {
    signal.throwIfAborted()
    page.begin(host)
    const since = page.since(host)
    yield* opened.read(
      {
        services: [],
        since,
        tail: since === undefined ? choice.tail : undefined,
        follow: true,
        clock,
        onNote: (note) => {
          page.succeed(host)
          page.note(note, clock.now())
        },
        onAbsence: () => page.succeed(host),
        onMissing: (missing) => page.noteMissing(missing, clock.now()),
      },
      signal,
    )
  } finally {
    signal.removeEventListener('abort', dispose)
    dispose()
  }
}
