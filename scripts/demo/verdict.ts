import { renderCount } from '../../src/shared/bytes.ts'
import { renderDuration, renderLatency } from '../../src/ui/render/render-duration.ts'
import { renderTable } from '../../src/ui/render/render-table.ts'
import type { TerminalStyle } from '../../src/ui/terminal/terminal-style.ts'
import type { LoadReport } from '../../test/support/load/load-report.ts'
import type { LoadedDeploy } from './acts.ts'

/** A machine that is free sends within a few milliseconds of the time. */
const tooLateMs = 500

/** What was seen in the three acts. */
export type Seen = {
  firstExitCode: number
  firstVersion: string
  replaced: LoadedDeploy
  replacedVersion: string
  refused: LoadedDeploy
  refusedVersion: string
}

export type Check = { holds: boolean; text: string }

/** Compares what was seen with what was told; each check says what was seen. */
export function checkSeen(seen: Seen): Check[] {
  const { replaced, refused } = seen
  const sent = replaced.load.sent + refused.load.sent
  const failed = replaced.load.failed + refused.load.failed
  const answeredBy = (load: LoadReport) => Object.keys(load.versions).sort().join(' and ') || 'nobody'
  return [
    {
      holds: seen.firstExitCode === 0 && seen.firstVersion === 'v1',
      text: `The first deploy ended with exit code ${seen.firstExitCode}, and ${seen.firstVersion} answered.`,
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
      text: `The second deploy ended with exit code ${replaced.run.exitCode}; ${answeredBy(replaced.load)} answered meanwhile, ${seen.replacedVersion} afterwards.`,
    },
    {
      holds: refused.run.exitCode === 1 && answeredBy(refused.load) === 'v2' && seen.refusedVersion === 'v2',
      text: `The broken release ended with exit code ${refused.run.exitCode}; ${answeredBy(refused.load)} answered meanwhile, ${seen.refusedVersion} afterwards.`,
    },
  ]
}

/** The load's own numbers, an act a row. */
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

/** What failed and why, and whether the machine could be trusted with the load; nothing when all is well. */
export function renderTroubles({ replaced, refused }: Seen): string[] {
  const loads = [replaced.load, refused.load]
  const failures = loads.flatMap(({ reasons }) =>
    Object.entries(reasons).map(([reason, count]) => `  failed with ${reason}: ${renderCount(count)}`),
  )
  const lateMs = Math.max(...loads.map(({ latestSendMs }) => latestSendMs))
  if (lateMs < tooLateMs) return failures
  return [
    ...failures,
    `  The machine was so busy that requests were sent up to ${renderDuration(lateMs)} late: try again when it is not.`,
  ]
}
