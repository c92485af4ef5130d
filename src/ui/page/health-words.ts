import { renderAge } from '../render/text/render-duration.ts'
import type { ContainerTimes } from './model.ts'

/** The time between two measurements. */
const EVERY_MS = 5_000
/** After a break, a measurement stands for no more than this. */
const MOST_MS = 20_000

/**
 * The health of a container over time in words, each a line: `unhealthy for 3 of 10 min`. One that did not change has one line; of
 * others, the times that were not healthy are said. Nothing until there are two measurements.
 */
export function healthWords(times: ContainerTimes): string[] {
  if (times.length < 2) return []
  const spentMs = { unhealthy: 0, starting: 0, healthy: 0, none: 0 }
  times.forEach(([atMs, , , health], index) => {
    const beforeMs = times[index - 1]?.[0] ?? atMs - EVERY_MS
    spentMs[health] += Math.min(atMs - beforeMs, MOST_MS)
  })
  const { unhealthy, starting, healthy, none } = spentMs
  const allMs = unhealthy + starting + healthy + none
  if (none === allMs) return ['no check']
  if (healthy === allMs) return [`healthy for ${renderAge(allMs)}`]
  const bad = (['unhealthy', 'starting'] as const).filter((it) => spentMs[it] > 0)
  const said = bad.length > 0 ? bad : (['healthy'] as const)
  return said.map((it) => `${it} for ${shareOf(spentMs[it], allMs)}`)
}

/** `3 of 10 min`, `40 s of 10 min`, `10 min` of the whole. */
function shareOf(partMs: number, allMs: number): string {
  const [part = '', unit] = renderAge(partMs).split(' ')
  const all = renderAge(allMs)
  if (partMs === allMs) return all
  return all.endsWith(` ${unit}`) ? `${part} of ${all}` : `${part} ${unit} of ${all}`
}
