import type { TaskAttempt } from '../../../deploy/tasks/task-history.ts'
import { renderTimeAgo } from '../../../shared/time-ago.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderDeployer } from '../text/render-deployer.ts'
import { renderDuration } from '../text/render-duration.ts'
import { paintMark } from './render-history.ts'
import { renderTable } from '../text/render-table.ts'

/** Tasks run by hand, one per line below a heading. `now` is milliseconds since the epoch. */
export function renderTaskHistory(
  attempts: readonly TaskAttempt[],
  style: TerminalStyle,
  now: number,
): string {
  const { colors, glyphs, columns: maxWidth } = style
  const { done, failed, cancelled, waiting: unfinished } = glyphs
  const marks = { done, failed, cancelled, unfinished }
  const lines = renderTable({
    heading: { cells: ['', 'TASK', 'RELEASE', 'WHEN', 'BY', 'DURATION', 'OUTCOME'], paint: colors.dim },
    rows: attempts.map(({ task, release, startedAtMs, by, durationMs, ...end }) => [
      end.isKilled === true ? failed : marks[end.outcome],
      task,
      release,
      renderTimeAgo(now - startedAtMs),
      by === undefined ? '' : renderDeployer(by),
      durationMs === undefined ? '' : renderDuration(durationMs),
      outcomeWords(end),
    ]),
    columns: [
      { paint: (text) => paintMark(text, style) },
      { paint: colors.bold },
      {},
      { paint: colors.dim },
      { paint: colors.dim },
      { align: 'right', paint: colors.dim },
      {},
    ],
    maxWidth,
  })
  return `Tasks run by hand:\n${lines.join('\n')}\n`
}

function outcomeWords({
  outcome,
  isKilled,
  exitCode,
}: Pick<TaskAttempt, 'outcome' | 'isKilled' | 'exitCode'>): string {
  if (outcome === 'unfinished') return isKilled === true ? 'killed' : 'killed or still running'
  return outcome === 'failed' && exitCode !== undefined ? `exit code ${exitCode}` : outcome
}
