import type { ProbeReport } from '../../../deploy/model/events.ts'
import { renderCount } from '../../../shared/bytes.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { widthOf } from '../../terminal/text-width.ts'
import { renderDuration, renderLatency } from '../text/render-duration.ts'

/** Result of the probe of one deploy: one line, and the first failures. */
export function renderProbeReport(report: ProbeReport, { colors, glyphs, columns }: TerminalStyle): string {
  const { unknown = 0 } = report
  if (report.requests === 0) return `Probe of ${report.url}: no answer.\n`
  const failed = `${renderCount(report.failures)} failed${unknown === 0 ? '' : `, ${renderCount(unknown)} unknown`}`
  const answered = report.requests > report.failures
  const counts = `Probe of ${report.url}: ${renderCount(report.requests)} requests, `
  const times = answered
    ? `median ${renderLatency(report.medianMs)}, 99th percentile ${renderLatency(report.p99Ms)}`
    : ''
  const isTooWide = widthOf(counts + failed + times) + 2 > (columns ?? Infinity)
  const head =
    counts +
    (report.failures === 0 ? colors.green(failed) : colors.red(failed)) +
    (times === '' ? '' : `${isTooWide ? ',\n  ' : ', '}${times}`)
  const failures = report.firstFailures.map(
    ({ atMs, reason }) => `  ${colors.red(glyphs.failed)} after ${renderDuration(atMs)}: ${reason}`,
  )
  const more = report.failures - report.firstFailures.length
  if (more > 0 && failures.length > 0) failures.push(`    and ${renderCount(more)} more`)
  return `${[head, ...failures].join('\n')}\n`
}
