import { useSignal, type Signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { renderCount } from '../../../shared/bytes.ts'
import { LogWindow } from '../log-window.ts'
import type { LogAnswer } from '../model.ts'
import { LogList } from './log-list.tsx'
import { FailureNote } from './parts.tsx'
import { ask, pause, serverNowMs, viewOf } from './state.ts'
import { repeat, sentenceOf } from './use-poll.ts'

/** What the page keeps, whichever is reached first. */
const MOST_LINES = 100_000
const MOST_BYTES = 64e6
const EVERY_MS = 500

const STARTS = {
  tail: 'the last 200 of each container',
  minutes: 'the last 10 minutes',
  hour: 'the last hour',
  release: 'since the release',
  all: 'everything',
} as const

type Start = keyof typeof STARTS

/** The logs of all services of an environment, followed, with a filter. */
export function LogsScreen({ environment }: { environment: string }): JSX.Element {
  const start = useSignal<Start>('tail')
  return (
    <>
      <div class="tools">
        <label>
          From{' '}
          <select
            value={start.value}
            onChange={({ currentTarget }) => (start.value = currentTarget.value as Start)}
          >
            {Object.entries(STARTS).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Logs key={start.value} {...{ environment, query: queryOf(start.value, environment) }} />
    </>
  )
}

/** From when to read, in milliseconds since the epoch, or how many lines. */
function queryOf(start: Start, environment: string): Record<string, string> {
  switch (start) {
    case 'tail':
      return { tail: '200' }
    case 'minutes':
      return { since: String(serverNowMs() - 600_000) }
    case 'hour':
      return { since: String(serverNowMs() - 3_600_000) }
    case 'release':
      return { since: String(releasedAtMs(environment)) }
    case 'all':
      return {}
  }
}

/** When the deploy of the oldest current release of the hosts began, as far as it is known. */
function releasedAtMs(environment: string): number {
  const view = viewOf(environment)
  const times = (view?.status?.hosts ?? []).flatMap((host) => {
    if (host.verdict === 'unknown' || host.release === undefined) return []
    const attempt = view?.lastAttempts[host.host]
    return attempt?.release === host.release.id ? attempt.startedAtMs : host.release.createdAtMs
  })
  return Math.min(...times, serverNowMs())
}

/** The logs from a time on; the containers of another deploy are included when they start. */
export function Logs({
  environment,
  query,
}: {
  environment: string
  query: Readonly<Record<string, string>>
}): JSX.Element {
  const { log, changed, answer, problem } = useLogs(environment, query)
  const follows = useSignal(true)
  const text = useSignal('')
  const service = useSignal('')
  const filter = (): void => {
    log.filter({ text: text.value, service: service.value })
    changed.value += 1
  }
  // The lines are no signal: this makes the screen be drawn again when there are new ones.
  const { all, kept } = changed.value >= 0 ? log.counts : { all: 0, kept: 0 }
  return (
    <>
      <div class="tools">
        <label>
          Only lines with{' '}
          <input
            type="search"
            value={text.value}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value
              filter()
            }}
          />
        </label>
        <label>
          of{' '}
          <select
            value={service.value}
            onChange={({ currentTarget }) => {
              service.value = currentTarget.value
              filter()
            }}
          >
            <option value="">all services</option>
            {log.services.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={follows.value}
            onChange={({ currentTarget }) => (follows.value = currentTarget.checked)}
          />{' '}
          stay at the end
        </label>
        <p class="quiet counts">
          {renderCount(log.shown.length)} of {renderCount(all)} lines
          {all > kept && `; the page keeps the last ${renderCount(kept)}`}
        </p>
      </div>
      {problem.value !== undefined && <p class="problem">{problem.value}</p>}
      {answer.value?.failures.map(({ host, failure }) => (
        <FailureNote key={host} failure={failure} />
      ))}
      {answer.value === undefined && problem.value === undefined && <p class="quiet">Opening the logs…</p>}
      <LogList
        label={`Logs of ${environment}`}
        lines={log.shown}
        removed={log.removed}
        follows={follows.value}
        onFollow={(isFollowing) => (follows.value = isFollowing)}
      />
    </>
  )
}

type FollowedLogs = {
  log: LogWindow
  /** Changes with the lines. */
  changed: Signal<number>
  /** The last answer, without its lines. */
  answer: Signal<Omit<LogAnswer, 'lines'> | undefined>
  problem: Signal<string | undefined>
}

function useLogs(environment: string, query: Readonly<Record<string, string>>): FollowedLogs {
  const log = useRef<LogWindow>(null)
  log.current ??= new LogWindow(MOST_LINES, MOST_BYTES)
  const window = log.current
  const changed = useSignal(0)
  const answer = useSignal<Omit<LogAnswer, 'lines'> | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  useEffect(() => {
    const view = crypto.randomUUID()
    let isOpen = true
    const take = async (): Promise<boolean> => {
      const last = JSON.stringify(window.last)
      const found = await ask('logs', { environment, view, ...query, last })
      if ('failure' in found) throw new Error(`${found.failure.message} ${found.failure.hint}`)
      const { lines, ...others } = found
      window.add(found)
      answer.value = others
      problem.value = undefined
      if (lines.length > 0) changed.value += 1
      return found.isMore && isOpen && !document.hidden
    }
    const takeAll = async (): Promise<void> => {
      try {
        // What was drawn is shown, and keys are handled, before more lines come.
        while (await take()) await pause(0)
      } catch (error) {
        problem.value = sentenceOf(error)
      }
    }
    const end = repeat(takeAll, EVERY_MS)
    return () => {
      isOpen = false
      end()
    }
  }, [])
  return { log: window, changed, answer, problem }
}
