import { STALE_MS, type EnvironmentView, type Overview } from '../../../../ui/page/model.ts'
import { renderStatus } from '../../../../ui/render/results/render-status.ts'
import type { TerminalStyle } from '../../../../ui/terminal/terminal-style.ts'
import { PACE_MS } from './pace.ts'

const PACE = `Read every ${PACE_MS.calm / 1000} s, every ${PACE_MS.deploying / 1000} s during a deploy. Ctrl-C ends it.`

/** The table of `dray status --watch` on a terminal of so many rows and columns, with what is not in it and what is too old. */
export function renderWatch(
  { environments: views, nowMs }: Overview,
  style: TerminalStyle,
  { rows, columns }: { rows: number; columns: number },
): readonly string[] {
  const known = views.flatMap(({ status }) => status ?? [])
  const table = known.length === 0 ? [] : [...renderStatus(known, style).trimEnd().split('\n'), '']
  const notes = [...readingOf(views), ...staleOf(views, nowMs), `${timeOf(views)}${PACE}`]
  return fitRows([...table, ...notes.map((note) => style.colors.dim(note.slice(0, columns)))], rows)
}

/** What is not in the table yet. */
function readingOf(views: readonly EnvironmentView[]): string[] {
  const names = views.flatMap(({ environment, status, reading }) =>
    status === undefined ? environment : reading.map((host) => `${environment} on ${host}`),
  )
  return names.length === 0 ? [] : [`Reading ${names.join(', ')}`]
}

/** What is in the table and no longer present, such as after this machine has slept. */
function staleOf(views: readonly EnvironmentView[], nowMs: number): string[] {
  return views.flatMap(({ environment, readAtMs = nowMs }) =>
    nowMs - readAtMs > STALE_MS ? [`${environment} was read at ${timeOfDay(readAtMs)}, and not since.`] : [],
  )
}

/** The time of the oldest reading. */
function timeOf(views: readonly EnvironmentView[]): string {
  const times = views.flatMap(({ readAtMs }) => readAtMs ?? [])
  return times.length === 0 ? '' : `At ${timeOfDay(Math.min(...times))}. `
}

/** The last line stays, with the number of those left out above it. */
function fitRows(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows) return lines
  const shown = lines.slice(0, Math.max(1, rows - 2))
  return [...shown, `${lines.length - shown.length - 1} more lines`, lines.at(-1) ?? ''].slice(0, rows)
}

/** The time on this machine's clock. */
function timeOfDay(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8)
}
