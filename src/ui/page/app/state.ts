import { batch, signal } from '@preact/signals'
import type { KnownHost } from '../../../operations/status/status.ts'
import type { Present } from '../judge-view.ts'
import type { ActionView, Answer, EnvironmentView, Overview, PageAnswers, RollbackRequest } from '../model.ts'
import { parseRoute, type Route } from './route.ts'

/** What the server sent last. */
export const overview = signal<Overview | undefined>(undefined)

/** When it was received, on this machine's clock. */
const receivedAtMs = signal(0)

/** `lost`: the server does not answer; the browser tries again automatically. `revoked`: it does, and this browser has no access. */
export const connection = signal<'connecting' | 'live' | 'lost' | 'revoked'>('connecting')

/** Milliseconds since the epoch, once a second while the page is visible; less often while it is hidden, for its title. */
export const now = signal(Date.now())

/** Whether times, digests and the output of health checks are shown in full. */
export const isExact = signal(false)

/** The time of the machine that runs dray, and whether dray answers. */
export function present(): Present {
  return { nowMs: serverNowMs(), isLost: connection.value === 'lost' || connection.value === 'revoked' }
}

/** The time of the machine that runs dray: its clock and that of the browser may differ. */
export function serverNowMs(): number {
  const sinceMs = Math.max(0, now.value - receivedAtMs.value)
  return overview.value === undefined ? now.value : overview.value.nowMs + sinceMs
}

/** What is known of an environment. */
export function viewOf(environment: string): EnvironmentView | undefined {
  return overview.value?.environments.find((it) => it.environment === environment)
}

/** Whether an environment runs on a swarm, as far as it was read now or before. */
export function isSwarm(environment: string): boolean {
  const view = viewOf(environment)
  const known = Object.values(view?.lastKnown ?? {}).map(({ status }) => status)
  return [...(view?.status?.hosts ?? []), ...known].some((it) => 'swarm' in it && it.swarm !== undefined)
}

/** The lock of a host as the overview saw it last; undefined if it was free. */
export function lockOf(environment: string, host: string): KnownHost['lock'] {
  const status = viewOf(environment)?.status?.hosts.find((it) => it.host === host)
  return status !== undefined && 'lock' in status ? status.lock : undefined
}

export const route = signal<Route>(parseRoute(location.hash))

/** Keeps the state up to date while the page is visible; a hidden page asks for nothing. */
export function startUpdates(): void {
  addEventListener('hashchange', () => (route.value = parseRoute(location.hash)))
  document.addEventListener('visibilitychange', follow)
  setInterval(() => {
    if (!document.hidden || Date.now() - now.value >= HIDDEN_TICK_MS) now.value = Date.now()
  }, 1000)
  follow()
}

const HIDDEN_TICK_MS = 10_000

/**
 * What one tab sends to the others: what the server sent, with the time at which it came; that the server does not answer; or a
 * question for that.
 */
type Told = { overview: Overview; atMs: number } | 'lost' | 'revoked' | 'asked'

/** A name that only the tabs of this page know: another dray at this port has another path. */
const name = `dray ${location.pathname}`

let stop = new AbortController()

/**
 * One of the visible tabs receives the events of the server and passes them on: a browser opens six connections to a server at
 * most, and more tabs than that would wait forever.
 */
function follow(): void {
  stop.abort()
  if (document.hidden) return
  now.value = Date.now()
  stop = new AbortController()
  const { signal } = stop
  const others = new BroadcastChannel(name)
  signal.addEventListener('abort', () => others.close())
  others.addEventListener('message', ({ data }: MessageEvent<Told>) => {
    if (data !== 'asked') take(data)
  })
  others.postMessage('asked' satisfies Told)
  navigator.locks
    .request(name, { signal }, () => receive(others, signal))
    // Rejects when the tab is hidden while it waits.
    .catch(() => undefined)
}

/** Receives the events until the signal aborts, and passes them on. */
function receive(others: BroadcastChannel, signal: AbortSignal): Promise<void> {
  const source = new EventSource('events')
  let last: Told | undefined
  const tell = (told: Exclude<Told, 'asked'>): void => {
    last = told
    take(told)
    others.postMessage(told)
  }
  source.addEventListener('overview', ({ data }: MessageEvent<string>) =>
    tell({ overview: JSON.parse(data) as Overview, atMs: Date.now() }),
  )
  source.addEventListener('error', () => {
    tell('lost')
    // A browser does not try again after an answer that is no stream of events, and does not say which it was.
    if (source.readyState === EventSource.CLOSED) void isRefused().then((is) => is && tell('revoked'))
  })
  others.addEventListener('message', ({ data }: MessageEvent<Told>) => {
    if (data === 'asked' && last !== undefined) others.postMessage(last)
  })
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      source.close()
      resolve()
    })
  })
}

function isRefused(): Promise<boolean> {
  return request('events', { method: 'HEAD' }).then(
    ({ status }) => status === 403,
    () => false,
  )
}

function take(told: Exclude<Told, 'asked'>): void {
  if (told === 'lost' || told === 'revoked') {
    connection.value = told
    return
  }
  batch(() => {
    overview.value = told.overview
    receivedAtMs.value = told.atMs
    connection.value = 'live'
  })
}

/** Resolves after a time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Begins a rollback. Throws a sentence if the server does not answer. */
export async function beginRollback(sent: RollbackRequest): Promise<Answer<ActionView>> {
  const response = await request('api/rollback', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  })
  if (!response.ok) throw new Error('dray refuses this: was it started with `--write`?')
  return (await response.json()) as Answer<ActionView>
}

/** Longer than the server takes to read a host that hangs. */
const PATIENCE_MS = 60_000
/** Those that do what a command does. */
const LONG_PATIENCE_MS = 600_000
const LONG: ReadonlySet<keyof PageAnswers> = new Set(['disk', 'checks', 'variables', 'release', 'rollback'])

/** Throws a sentence if the server does not answer, or not in time. */
async function request(path: string, options: RequestInit, patienceMs = PATIENCE_MS): Promise<Response> {
  try {
    return await fetch(path, { ...options, signal: AbortSignal.timeout(patienceMs) })
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === 'TimeoutError'
    throw new Error(isLate ? `dray did not answer within ${patienceMs / 1000} s.` : 'dray does not answer.', {
      cause: error,
    })
  }
}

/** Asks the server a question. Throws a sentence if it does not answer. */
export async function ask<Question extends keyof PageAnswers>(
  question: Question,
  query: Readonly<Record<string, string>>,
): Promise<PageAnswers[Question]> {
  const path = `api/${question}?${new URLSearchParams(query).toString()}`
  const response = await request(path, {}, LONG.has(question) ? LONG_PATIENCE_MS : PATIENCE_MS)
  if (response.status === 403) throw new Error('This browser has no access any more: run `dray ui` again.')
  if (!response.ok) throw new Error(`dray does not know this ${question}.`)
  return (await response.json()) as PageAnswers[Question]
}
