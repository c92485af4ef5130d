import { releaseLabel } from '../../../deploy/model/release.ts'
import type { Attempt, StepTime } from '../../../deploy/releases/history.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderDuration } from '../text/render-duration.ts'
import { renderTable } from '../text/render-table.ts'
import { paintMark } from './render-history.ts'

/** The steps of each attempt with their durations, below a heading for each. */
export function renderSteps(attempts: readonly Attempt[], style: TerminalStyle): string {
  const { colors, glyphs } = style
  const marks = {
    done: glyphs.done,
    failed: glyphs.failed,
    cancelled: glyphs.cancelled,
    unfinished: glyphs.waiting,
  }
  const parts = attempts
    .filter(({ steps }) => steps.length > 0)
    .map(({ release, tag, steps }) => {
      const lines = renderTable({
        rows: steps.map((step) => [
          marks[step.outcome],
          stepWords(step),
          step.durationMs === undefined ? '' : renderDuration(step.durationMs),
        ]),
        columns: [{ paint: (text) => paintMark(text, style) }, {}, { align: 'right', paint: colors.dim }],
      })
      return `\n${colors.bold(releaseLabel(release, tag))}\n${lines.join('\n')}\n`
    })
  return parts.join('')
}

/** A step in a few words: `wait healthy`, `run task migrate`. */
export function stepWords({ kind, task }: StepTime): string {
  return [kind.replaceAll('-', ' '), ...(task === undefined ? [] : [task])].join(' ')
}
