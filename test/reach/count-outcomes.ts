import type { Outcome } from '../support/load/load-report.ts'
import { isSlow } from './traffic.ts'

/** Kinds of failed requests. `clientReset` is no loss of the app's: see `kindOf`. */
export type Kind = keyof typeof noneFailed
export type Counts = Readonly<Record<Kind, number>>

/** No request failed. */
export const noneFailed = {
  refused: 0,
  reset: 0,
  clientReset: 0,
  notFound: 0,
  badGateway: 0,
  unavailable: 0,
  gatewayTimeout: 0,
  timeout: 0,
  other: 0,
}

const kinds: Readonly<Record<string, Kind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  'socket hang up': 'reset',
  // How Traefik answers where no container has the route.
  'HTTP 404': 'notFound',
  'HTTP 502': 'badGateway',
  'HTTP 503': 'unavailable',
  'HTTP 504': 'gatewayTimeout',
  timeout: 'timeout',
}

/** A request that a server had not begun to answer when it closed the connection failed as soon as it was sent. */
const atOnceMs = 150

export type CountOptions = {
  /** Places with a proxy, or dray's front, that was there all the time: its reloads close kept connections. */
  reloading: ReadonlySet<number>
}

/**
 * What kind of failure an outcome is; undefined where it went well. A reset over a connection that a client had kept, at
 * the moment it is used and through a proxy that reloads, is counted apart: the proxy closed an idle connection, as any
 * server may at any time, and the request reached no container.
 */
export function kindOf(outcome: Outcome, { reloading }: CountOptions): Kind | undefined {
  if (outcome.reason === undefined) return undefined
  const kind = kinds[outcome.reason] ?? 'other'
  const isAtOnce = outcome.endedAtMs - outcome.sentAtMs < atOnceMs
  const isClients = kind === 'reset' && outcome.reusedConnection && isAtOnce && reloading.has(outcome.place)
  return isClients ? 'clientReset' : kind
}

/** Counts what failed by kind. */
export function countFailures(outcomes: readonly Outcome[], options: CountOptions): Counts {
  const counts = { ...noneFailed }
  for (const outcome of outcomes) {
    const kind = kindOf(outcome, options)
    if (kind !== undefined) counts[kind] += 1
  }
  return counts
}

/** Requests that were lost: all that failed, but for what any client has to expect. */
export function lostOf(counts: Counts): number {
  return Object.entries(counts).reduce((sum, [kind, count]) => sum + (kind === 'clientReset' ? 0 : count), 0)
}

/**
 * The longest time, within a stretch, in which a place answered nothing well, of all places. Slow requests do not count: they
 * may end in the middle of an outage that began after them.
 */
export function longestGapMs(
  outcomes: readonly Outcome[],
  { places, fromMs, toMs }: { places: number; fromMs: number; toMs: number },
): number {
  let longest = 0
  for (let place = 0; place < places; place++) {
    const ends = outcomes
      .filter((it) => it.place === place && it.reason === undefined && !isSlow(it))
      .map(({ endedAtMs }) => endedAtMs)
      .filter((atMs) => atMs > fromMs && atMs < toMs)
      .sort((a, b) => a - b)
    let previous = fromMs
    for (const end of [...ends, toMs]) {
      longest = Math.max(longest, end - previous)
      previous = end
    }
  }
  return Math.round(longest)
}
