import { readCurrentRelease } from '../../../../adapters/directory/current-release.ts'
import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import { readLogs, type LogHost } from '../../../../operations/logs/read-logs.ts'
import type { LogAnswer } from '../../../../ui/page/model.ts'
import { describeHost, type ConnectedHost } from '../../../command/connect-hosts.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { readInPlace, releaseOf } from '../../operate/connect-apps.ts'
import { LOOK_MS, PACE_MS } from '../watch/pace.ts'
import { withinLook } from '../watch/within-look.ts'
import type { AnswerPorts } from './answer-page.ts'
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
}

/** Time between two looks at a host without a release. */
const UNDEPLOYED_MS = 30_000

/** Follows the logs of all hosts until it is disposed of. A host that does not answer is tried again, the others continue. */
export function followLogs(input: EnvironmentInput, choice: LogChoice, ports: LogPorts): LogFollower {
  const stop = new AbortController()
  const { name } = input.config.environment
  const page = new PageQueue(choice, { ...ports, offsetMs: (host) => ports.offsetMs(name, host) })
  void keepReading({ input, page, choice, signal: stop.signal }, ports)
  return { take: () => page.take(), [Symbol.dispose]: () => stop.abort() }
}

type Reading = { input: EnvironmentInput; page: PageQueue; choice: LogChoice; signal: AbortSignal }

async function keepReading({ input, page, choice, signal }: Reading, ports: LogPorts): Promise<void> {
  const { clock } = ports.context
  const isOver = (): boolean => signal.aborted
  while (!isOver()) {
    const opened = await openHosts(input, page, ports)
    const round = new AbortController()
    const reading = AbortSignal.any([signal, round.signal])
    const found = { more: false }
    void untilMoreAnswer(opened, { input, ports, signal: reading }).then((answers) => {
      found.more = answers
      round.abort()
    })
    try {
      if (opened.hosts.length === 0) await untilAborted(reading)
      for await (const batch of readLogs(
        {
          hosts: opened.hosts,
          services: [],
          since: undefined,
          tail: choice.tail,
          follow: true,
          clock,
          onNote: (note) => page.note(note, clock.now()),
          onAbsence: () => undefined,
        },
        reading,
      )) {
        await page.add(batch, reading)
      }
    } catch (error) {
      if (!reading.aborted) page.fail('', failureFrom(toDrayError(error)))
    } finally {
      round.abort()
      for (const { dispose } of opened.hosts) dispose()
    }
    // A connection that breaks is not opened again and again at once.
    if (!isOver() && !found.more) await clock.sleep(PACE_MS.unknown, signal).catch(() => undefined)
  }
}

type OpenLogHost = LogHost & { dispose: () => void }

type OpenedHosts = {
  hosts: readonly OpenLogHost[]
  /** They do not answer. */
  silent: readonly string[]
  /** They have no release yet. */
  undeployed: readonly string[]
}

/** Opens the hosts that answer and have a release; the page gets the failures of the others. */
async function openHosts(
  input: EnvironmentInput,
  page: PageQueue,
  { onHost, context }: LogPorts,
): Promise<OpenedHosts> {
  page.begin()
  const silent: string[] = []
  const undeployed: string[] = []
  const opened = await Promise.all(
    input.config.environment.hosts.map(async (host) => {
      try {
        return await onHost(host, async (runner) => {
          const connected = describeHost(runner, input, context)
          return openHost({ connected, since: page.since(host) }, input, context.signal)
        })
      } catch (error) {
        const failure = failureFrom(toDrayError(error))
        page.fail(host, failure)
        if (failure.code === 'NOT_DEPLOYED') undeployed.push(host)
        else silent.push(host)
        return undefined
      }
    }),
  )
  return { hosts: opened.filter((it) => it !== undefined), silent, undeployed }
}

async function openHost(
  { connected, since }: { connected: ConnectedHost; since: string | undefined },
  input: EnvironmentInput,
  signal: AbortSignal,
): Promise<OpenLogHost> {
  const { name, engine } = connected
  const dispose = (): void => engine[Symbol.dispose]()
  try {
    // A host that hangs must not delay the others.
    await withinLook(connected.engineObservation, name)
    const { project } = releaseOf(await withinLook(readInPlace(connected, signal), name), input)
    return { name, project, engine, source: engine.logs, since, dispose }
  } catch (error) {
    // The connection to the host stays: each of the Engine on it would stay with it.
    dispose()
    throw error
  }
}

type Waiting = { input: EnvironmentInput; ports: LogPorts; signal: AbortSignal }

/** True when one more host answers, or has a release; false when the signal aborts. */
async function untilMoreAnswer({ silent, undeployed }: OpenedHosts, waiting: Waiting): Promise<boolean> {
  const { onHost, context } = waiting.ports
  const { path } = waiting.input.config.environment
  const answers = (host: string): Promise<boolean> =>
    onHost(host, async (runner) => (await runner.run(['true'], { timeoutMs: LOOK_MS })).exitCode === 0)
  const isDeployed = (host: string): Promise<boolean> =>
    onHost(host, async (runner) => (await readCurrentRelease({ runner, path }, context.signal)) !== undefined)
  return Promise.race([
    untilOne(silent, { isSo: answers, everyMs: PACE_MS.unknown }, waiting),
    untilOne(undeployed, { isSo: isDeployed, everyMs: UNDEPLOYED_MS }, waiting),
  ])
}

type Wanted = { isSo: (host: string) => Promise<boolean>; everyMs: number }

/** True when one of the hosts is as wanted, which is looked at every so many milliseconds; false when the signal aborts. */
async function untilOne(
  hosts: readonly string[],
  { isSo, everyMs }: Wanted,
  { ports, signal }: Waiting,
): Promise<boolean> {
  const isOver = (): boolean => signal.aborted
  if (hosts.length === 0) await untilAborted(signal)
  while (!isOver()) {
    await ports.context.clock.sleep(everyMs, signal).catch(() => undefined)
    for (const host of hosts) if (!isOver() && (await isSo(host).catch(() => false))) return true
  }
  return false
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
