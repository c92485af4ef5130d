import { renderCount } from '../../src/shared/bytes.ts'
import { renderDuration, renderLatency } from '../../src/ui/render/text/render-duration.ts'
import { renderTable } from '../../src/ui/render/text/render-table.ts'
import type { TerminalStyle } from '../../src/ui/terminal/terminal-style.ts'
import type { LoadReport } from '../../test/support/load/load-report.ts'
import type { LoadedDeploy } from './acts.ts'

/** Maximum delay of a request, in milliseconds. On an idle machine the delay is a few milliseconds. */
const tooLateMs = 500

/** Results of the three acts. */
export type Seen = {
  firstExitCode: number
  firstVersion: string
  replaced: LoadedDeploy
  replacedVersion: string
  refused: LoadedDeploy
  refusedVersion: string
}

export type Check = { holds: boolean; text: string }

/** Compares the results with the expected ones; the text of each check states the result. */
export function checkSeen(seen: Seen): Check[] {
  const { replaced, refused } = seen
  const sent = replaced.load.sent + refused.load.sent
  const failed = replaced.load.failed + refused.load.failed
  const answeredBy = (load: LoadReport) => Object.keys(load.versions).sort().join(' and ') || 'no version'
  return [
    {
      holds: seen.firstExitCode === 0 && seen.firstVersion === 'v1',
      text: `The first deploy exited with code ${seen.firstExitCode}; ${seen.firstVersion} answered.`,
    },
    {
      holds: failed === 0 && sent > 0,
      text: `${renderCount(failed)} of ${renderCount(sent)} requests failed.`,
    },
    {
      holds:
        replaced.run.exitCode === 0 &&
        answeredBy(replaced.load) === 'v1 and v2' &&
        seen.replacedVersion === 'v2',
      text: `The second deploy exited with code ${replaced.run.exitCode}; ${answeredBy(replaced.load)} answered during it, ${seen.replacedVersion} afterwards.`,
    },
    {
      holds: refused.run.exitCode === 1 && answeredBy(refused.load) === 'v2' && seen.refusedVersion === 'v2',
      text: `The deploy of the broken release exited with code ${refused.run.exitCode}; ${answeredBy(refused.load)} answered during it, ${seen.refusedVersion} afterwards.`,
    },
  ]
}

/** Results of the load, one row per act. */
export function renderNumbers({ replaced, refused }: Seen, { colors }: TerminalStyle): string[] {
  const row = (name: string, { sent, failed, latencyMs, versions }: LoadReport) => [
    name,
    renderCount(sent),
    renderCount(failed),
    Object.entries(versions)
      .map(([version, { answers }]) => `${version} ${renderCount(answers)}`)
      .join(', '),
    renderLatency(latencyMs.median),
    renderLatency(latencyMs.p99),
  ]
  const rows = [
    ['', 'sent', 'failed', 'answered by', 'median', '99 %'],
    row('v1 replaced by v2', replaced.load),
    row('broken v3 refused', refused.load),
  ]
  const right = { align: 'right' } as const
  const columns = [{}, right, { ...right, paint: colors.bold }, {}, right, right]
  return renderTable({ rows, columns, indent: '  ' })
}

/** Failed requests by reason, and a warning if the machine was too busy for the load; empty without problems. */
export function renderProblems({ replaced, refused }: Seen): string[] {
  const loads = [replaced.load, refused.load]
  const failures = loads.flatMap(({ reasons }) =>
    Object.entries(reasons).map(([reason, count]) => `  failed with ${reason}: ${renderCount(count)}`),
  )
  const lateMs = Math.max(...loads.map(({ latestSendMs }) => latestSendMs))
  if (lateMs < tooLateMs) return failures
  return [
    ...failures,
    `  The machine was too busy: requests were sent up to ${renderDuration(lateMs)} late. Try again when it is idle.`,
  ]
}
