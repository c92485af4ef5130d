import { signal } from '@preact/signals'
import type { Overview } from '../model.ts'
import { parseRoute, type Route } from './route.ts'

/** What the server sent last. */
export const overview = signal<Overview | undefined>(undefined)

/** `lost`: the server does not answer; the browser tries again automatically. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting')

/** Milliseconds since the epoch, once a second while the page is visible. */
export const now = signal(Date.now())

export const route = signal<Route>(parseRoute(location.hash))

let source: EventSource | undefined

/** Keeps the state up to date while the page is visible; a hidden page asks for nothing. */
export function startUpdates(): void {
  addEventListener('hashchange', () => (route.value = parseRoute(location.hash)))
  document.addEventListener('visibilitychange', follow)
  setInterval(() => {
    if (!document.hidden) now.value = Date.now()
  }, 1000)
  follow()
}

function follow(): void {
  source?.close()
  source = undefined
  if (document.hidden) return
  now.value = Date.now()
  source = new EventSource('events')
  source.addEventListener('overview', ({ data }: MessageEvent<string>) => {
    overview.value = JSON.parse(data) as Overview
    connection.value = 'live'
  })
  source.addEventListener('error', () => (connection.value = 'lost'))
}

/** Asks the server a question. Throws a sentence if it does not answer. */
export async function ask<T>(question: string, query: Readonly<Record<string, string>>): Promise<T> {
  const response = await fetch(`api/${question}?${new URLSearchParams(query).toString()}`)
  if (!response.ok) throw new Error(`dray does not know this ${question}.`)
  return (await response.json()) as T
}
