import { releaseLabel } from '../../../deploy/model/release.ts'
import type { Attempt } from '../../../deploy/releases/history.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderDuration } from '../text/render-duration.ts'
import { renderTable } from '../text/render-table.ts'
import { listSteps, type ListedStep } from './list-steps.ts'
import { paintMark } from './render-history.ts'

/** For a step without a duration. */
const ENDINGS: Readonly<Record<ListedStep['state'], string>> = {
  done: '',
  failed: '',
  cancelled: '',
  running: 'not ended',
  waiting: 'to come',
  skipped: 'not reached',
}

/** The steps of each attempt with their durations, below a heading for each. */
export function renderSteps(attempts: readonly Attempt[], style: TerminalStyle): string {
  const { colors, glyphs } = style
  const marks = {
    done: glyphs.done,
    failed: glyphs.failed,
    cancelled: glyphs.cancelled,
    running: glyphs.waiting,
    waiting: '',
    skipped: '',
  }
  const parts = attempts
    .filter(({ steps }) => steps.length > 0)
    .map((attempt) => {
      const { release, tag } = attempt
      const lines = renderTable({
        rows: listSteps(attempt).map(({ state, title, durationMs }) => [
          marks[state],
          title,
          durationMs === undefined ? ENDINGS[state] : renderDuration(durationMs),
        ]),
        columns: [{ paint: (text) => paintMark(text, style) }, {}, { align: 'right', paint: colors.dim }],
      })
      return `\n${colors.bold(releaseLabel(release, tag))}\n${lines.join('\n')}\n`
    })
  return parts.join('')
}
