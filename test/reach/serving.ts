import type { Outcome } from '../support/load/load-report.ts'

/** What answers at a place: `down` where something fails, else the versions. */
export type Serving = 'down' | readonly string[]

/** What answered the requests that were sent after a moment, by place. */
export function servingSince(outcomes: readonly Outcome[], places: number, sinceMs: number): Serving[] {
  return Array.from({ length: places }, (_, place) => {
    const own = outcomes.filter((it) => it.place === place && it.sentAtMs > sinceMs)
    const isWell = own.length > 0 && own.every(({ reason }) => reason === undefined)
    return isWell ? [...new Set(own.map(({ version }) => version ?? 'no version'))].sort() : 'down'
  })
}

/** Whether every place answers, and with nothing but the version that it should have. */
export function serves(serving: readonly Serving[], expected: readonly string[]): boolean {
  return serving.every((it, place) => it !== 'down' && it.length === 1 && it[0] === expected[place])
}

/** In a few words: `v2`, `down`, `v1 and v2`; the places that differ, one after the other. */
export function describeServing(serving: readonly Serving[]): string {
  const texts = serving.map((it) => (it === 'down' ? 'down' : it.join(' and ')))
  return [...new Set(texts)].join('; ')
}
