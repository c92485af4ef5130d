import { bar } from './bar.ts'
import { spreadOf } from './statistics.ts'

const BAR_COLUMNS = 36

/** A line for each way, in a Markdown block: how long it takes, as a bar, and how many requests fail; the medians of the runs. */
export function renderChart(
  ways: readonly { title: string; durationsMs: readonly number[]; failed: readonly number[] }[],
): string {
  const rows = ways.map(({ title, durationsMs, failed }) => ({
    title: title.replaceAll('`', ''),
    durationMs: spreadOf(durationsMs)?.median ?? 0,
    failed: (spreadOf(failed)?.median ?? 0).toLocaleString('en-US', { maximumFractionDigits: 0 }),
  }))
  const longestMs = Math.max(1, ...rows.map(({ durationMs }) => durationMs))
  const titleColumns = Math.max(...rows.map(({ title }) => title.length))
  const failedColumns = Math.max(...rows.map(({ failed }) => failed.length))
  const lines = rows.map(({ title, durationMs, failed }) =>
    [
      title.padEnd(titleColumns),
      bar(durationMs / longestMs, BAR_COLUMNS),
      `${(durationMs / 1000).toFixed(1)} s`.padStart(7),
      `${failed.padStart(failedColumns)} failed`,
    ].join('  '),
  )
  return ['```', ...lines, '```'].join('\n')
}
