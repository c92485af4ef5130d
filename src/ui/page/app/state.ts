import { signal } from '@preact/signals'
import type { ActionView, Answer, Overview, PageAnswers, RollbackRequest } from '../model.ts'
import { parseRoute, type Route } from './route.ts'

/** What the server sent last. */
export const overview = signal<Overview | undefined>(undefined)

/** `lost`: the server does not answer; the browser tries again automatically. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting')

/** Milliseconds since the epoch, once a second while the page is visible. */
export const now = signal(Date.now())

export const route = signal<Route>(parseRoute(location.hash))

/** Keeps the state up to date while the page is visible; a hidden page asks for nothing. */
export function startUpdates(): void {
  addEventListener('hashchange', () => (route.value = parseRoute(location.hash)))
  document.addEventListener('visibilitychange', follow)
  setInterval(() => {
    if (!document.hidden) now.value = Date.now()
  }, 1000)
  follow()
}

/** What one tab sends to the others: what the server sent, that it does not answer, or a question for that. */
type Told = { overview: Overview } | 'lost' | 'asked'

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
    tell({ overview: JSON.parse(data) as Overview }),
  )
  source.addEventListener('error', () => tell('lost'))
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

function take(told: Exclude<Told, 'asked'>): void {
  if (told === 'lost') {
    connection.value = 'lost'
    return
  }
  overview.value = told.overview
  connection.value = 'live'
}

/** Resolves after a time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Begins a rollback. Throws a sentence if the server does not answer. */
export async function beginRollback(request: RollbackRequest): Promise<Answer<ActionView>> {
  const response = await fetch('api/rollback', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  if (!response.ok) throw new Error('dray refuses this: was it started with `--write`?')
  return (await response.json()) as Answer<ActionView>
}

/** Asks the server a question. Throws a sentence if it does not answer. */
export async function ask<Question extends keyof PageAnswers>(
  question: Question,
  query: Readonly<Record<string, string>>,
): Promise<PageAnswers[Question]> {
  const response = await fetch(`api/${question}?${new URLSearchParams(query).toString()}`)
  if (!response.ok) throw new Error(`dray does not know this ${question}.`)
  return (await response.json()) as PageAnswers[Question]
}
