import { followJournal } from '../../../../adapters/directory/journal-follower.ts'
import { createReleaseArchive } from '../../../../adapters/directory/release-archive.ts'
import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import type { JournalEntry } from '../../../../deploy/model/lock.ts'
import { releaseNumber } from '../../../../deploy/model/release.ts'
import { readHistory } from '../../../../deploy/releases/history.ts'
import type { ArchiveContents } from '../../../../deploy/releases/release-archive.ts'
import type { LiveDeploy, LiveHost } from '../../../../ui/page/model.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { PACE_MS } from '../watch/watch-environments.ts'
import type { AnswerPorts } from './answer-page.ts'

/** The last deploy of each host of an environment, followed until it is disposed of. */
export type DeployFollower = Disposable & { state(): LiveDeploy }

/** More entries than any deploy has: a container that can write the journal must not fill the memory of this machine. */
const MOST_ENTRIES = 20_000

/** Follows the journals of all hosts, with one process on each that waits; a host that does not answer is tried again. */
export function followDeploy({ config }: EnvironmentInput, ports: AnswerPorts): DeployFollower {
  const { hosts, path } = config.environment
  const stop = new AbortController()
  const states = new Map<string, () => LiveHost>(hosts.map((host) => [host, () => ({ host })]))
  for (const host of hosts) void followHost({ host, path, states }, ports, stop.signal)
  return {
    state: () => ({ hosts: [...states.values()].map((read) => read()) }),
    [Symbol.dispose]: () => stop.abort(),
  }
}

type Followed = { host: string; path: string; states: Map<string, () => LiveHost> }

async function followHost(
  { host, path, states }: Followed,
  { onHost, context }: AnswerPorts,
  signal: AbortSignal,
): Promise<void> {
  const isOver = (): boolean => signal.aborted
  while (!isOver()) {
    const journal = new LastAttempt()
    try {
      await onHost(host, async (runner) => {
        const archive = createReleaseArchive({ runner, path, steps: 'all' })
        const contents = await archive.read(1, signal)
        journal.begin(contents)
        states.set(host, () => ({ host, attempt: journal.attempt() }))
        await followJournal({ runner, path }, { fromByte: contents.journalBytes, signal }, (entries) =>
          journal.add(entries),
        )
      })
    } catch (error) {
      if (isOver()) return
      const failure = failureFrom(toDrayError(error))
      states.set(host, () => ({ host, attempt: journal.attempt(), failure }))
    }
    await context.clock.sleep(PACE_MS.unknown, signal).catch(() => undefined)
  }
}

/** The entries of the last attempt of one host. */
class LastAttempt {
  #contents: ArchiveContents = { releases: [], journal: [], journalBytes: 0 }
  #known = new Set<string>()
  #newest = 0

  begin(contents: ArchiveContents): void {
    this.#contents = contents
    this.#known = new Set(contents.journal.map((entry) => JSON.stringify(entry)))
    this.#newest = releaseNumber(this.attempt()?.release ?? 'r0')
  }

  /** Those that were read before come again, since the size was measured first. */
  add(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      const text = JSON.stringify(entry)
      // A journal that was cut is read again from its beginning.
      const isOlder = releaseNumber(entry.release) < this.#newest
      if (isOlder || this.#known.has(text) || this.#known.size >= MOST_ENTRIES) continue
      const begins = entry.event === 'deploy.started'
      if (begins) this.#known.clear()
      this.#known.add(text)
      this.#newest = releaseNumber(entry.release)
      const journal = begins ? [entry] : [...this.#contents.journal, entry]
      this.#contents = { ...this.#contents, journal }
    }
  }

  attempt(): LiveHost['attempt'] {
    const [last] = readHistory(this.#contents, 1)
    return last
  }
}
