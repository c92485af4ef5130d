import { followJournal } from '../../../../adapters/directory/journal-follower.ts'
import { createReleaseArchive } from '../../../../adapters/directory/release-archive.ts'
import { readToldHistory } from '../../../../adapters/gate/told-history.ts'
import type { CommandRunner } from '../../../../adapters/host/command-runner.ts'
import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import type { JournalEntry } from '../../../../deploy/model/lock.ts'
import { releaseNumber } from '../../../../deploy/model/release.ts'
import { readHistory } from '../../../../deploy/releases/history.ts'
import type { ArchiveContents } from '../../../../deploy/releases/release-archive.ts'
import type { LiveDeploy, LiveHost } from '../../../../ui/page/model.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { LOOK_MS, PACE_MS, retryMs } from '../watch/pace.ts'
import type { AnswerPorts } from './answer-page.ts'

/** The last deploy of each host of an environment, followed until it is disposed of. */
export type DeployFollower = Disposable & { state(): LiveDeploy }

/** More than the journal of any deploy: a container that can write it must not fill the memory of this machine. */
const MOST_BYTES = 32e6

type Ports = AnswerPorts & {
  /** Differs when a host has something new to read. */
  newsOf: (environment: string, host: string) => string | undefined
}

/** Follows the journals of all hosts, with one process on each that waits; a host that does not answer is tried again. */
export function followDeploy({ config }: EnvironmentInput, ports: Ports): DeployFollower {
  const { name, hosts, path } = config.environment
  const stop = new AbortController()
  const states = new Map<string, () => readonly LiveHost[]>(
    hosts.map((host) => [host, () => [{ host, isRead: false }]]),
  )
  const newsOf = (host: string): string | undefined => ports.newsOf(name, host)
  for (const host of hosts) void followHost({ host, path, states, newsOf }, ports, stop.signal)
  return {
    state: () => ({ hosts: [...states.values()].flatMap((read) => read()) }),
    [Symbol.dispose]: () => stop.abort(),
  }
}

type Followed = {
  host: string
  path: string
  states: Map<string, () => readonly LiveHost[]>
  newsOf: (host: string) => string | undefined
}

async function followHost(wanted: Followed, ports: Ports, signal: AbortSignal): Promise<void> {
  const { host, states, newsOf } = wanted
  const { clock } = ports.context
  const isOver = (): boolean => signal.aborted
  // What was read stays known when the host does not answer.
  const journal = new LastAttempt()
  const followed = (): readonly LiveHost[] => [{ host, ...journal.state(clock.now()) }]
  let state = followed
  let failures = 0
  while (!isOver()) {
    const seen = newsOf(host)
    let isAsked = false
    const beganAnew = new AbortController()
    try {
      const told = await readHost({ ...wanted, journal, beganAnew }, ports, {
        signal,
        onRead: () => {
          // It may have been a gate that answered before.
          state = followed
          states.set(host, state)
          failures = 0
        },
      })
      if (told !== undefined) {
        const shown = told.map((it) => withKnown(it, state()))
        state = () => shown
        states.set(host, state)
        isAsked = true
        failures = told.some(({ failure }) => failure !== undefined) ? failures + 1 : 0
      }
    } catch (error) {
      if (isOver()) return
      const failure = failureFrom(toDrayError(error))
      const known = state
      if (!beganAnew.signal.aborted) states.set(host, () => known().map((it) => ({ ...it, failure })))
      isAsked = failure.code === 'GATE_REFUSED'
      failures = isAsked ? 0 : failures + 1
    }
    const untilMs = isAsked && failures === 0 ? Infinity : clock.now() + retryMs(failures)
    do await clock.sleep(isAsked ? PACE_MS.deploying : PACE_MS.unknown, signal).catch(() => undefined)
    while (!isOver() && clock.now() < untilMs && newsOf(host) === seen)
  }
}

/** A server that a gate does not reach, with what is known of it. */
function withKnown(told: LiveHost, known: readonly LiveHost[]): LiveHost {
  const before = known.find(({ host }) => host === told.host)
  return told.failure === undefined ? told : { ...told, ...before, failure: told.failure }
}

type Read = Followed & { journal: LastAttempt; beganAnew: AbortController }

/** Follows the journal of a host until the signal aborts; with a key of `dray gate`, returns what that says of the last attempts. */
function readHost(
  { host, path, journal, beganAnew }: Read,
  { onHost, context: { clock } }: Ports,
  { signal, onRead }: { signal: AbortSignal; onRead: () => void },
): Promise<readonly LiveHost[] | undefined> {
  const follow = async (runner: CommandRunner): Promise<undefined> => {
    const archive = createReleaseArchive({ runner, path, steps: 'all', timeoutMs: LOOK_MS })
    const contents = await archive.read(1, signal)
    journal.begin(contents)
    onRead()
    await followJournal(
      { runner, path },
      { fromByte: contents.journalBytes, signal: AbortSignal.any([signal, beganAnew.signal]) },
      (entries) => {
        if (!journal.add(entries, clock.now())) beganAnew.abort()
      },
    )
    return undefined
  }
  return onHost<readonly LiveHost[] | undefined>(host, follow, {
    ...{ request: 'history --json --steps', path, signal, timeoutMs: LOOK_MS },
    read: (answer) =>
      readToldHistory(answer, { host, limit: 1 }).map((told) =>
        'error' in told
          ? { host: told.host, isRead: false, failure: failureFrom(told.error) }
          : { host: told.host, isRead: true, attempt: told.attempts[0] },
      ),
  })
}

/** The entries of the last attempt of one host. */
class LastAttempt {
  #contents: ArchiveContents = { releases: [], journal: [], journalBytes: 0 }
  #known = new Set<string>()
  #newest = 0
  #bytes = 0
  #isRead = false
  #grewAtMs: number | undefined

  begin(contents: ArchiveContents): void {
    this.#isRead = true
    this.#contents = contents
    this.#known = new Set(contents.journal.map((entry) => JSON.stringify(entry)))
    this.#bytes = 0
    for (const text of this.#known) this.#bytes += text.length
    this.#newest = releaseNumber(this.#attempt()?.release ?? 'r0')
  }

  /**
   * Those that were read before come again, since the size was measured first. False after the beginning of a deploy with an older
   * number that was not known: the journal was cut, or the app was removed and is deployed again, which only the whole journal shows.
   */
  add(entries: readonly JournalEntry[], nowMs: number): boolean {
    let isKnown = true
    for (const entry of entries) {
      const text = JSON.stringify(entry)
      // A journal that was cut is read again from its beginning.
      const isOlder = releaseNumber(entry.release) < this.#newest
      if (this.#known.has(text)) continue
      if (isOlder) {
        if (entry.event === 'deploy.started') isKnown = false
        continue
      }
      const begins = entry.event === 'deploy.started'
      if (begins) {
        this.#known.clear()
        this.#bytes = 0
      }
      this.#bytes += text.length
      if (this.#bytes > MOST_BYTES) continue
      this.#known.add(text)
      this.#newest = releaseNumber(entry.release)
      const journal = begins ? [entry] : [...this.#contents.journal, entry]
      this.#contents = { ...this.#contents, journal }
      this.#grewAtMs = nowMs
    }
    return isKnown
  }

  state(nowMs: number): Omit<LiveHost, 'host'> {
    return {
      isRead: this.#isRead,
      attempt: this.#attempt(),
      quietMs: this.#grewAtMs === undefined ? undefined : nowMs - this.#grewAtMs,
    }
  }

  #attempt(): LiveHost['attempt'] {
    const [last] = readHistory(this.#contents, 1)
    return last
  }
}
