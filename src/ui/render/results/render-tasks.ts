import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderCommand } from '../text/render-command.ts'
import { renderDuration } from '../text/render-duration.ts'
import { renderTable } from '../text/render-table.ts'

export type ListedTask = {
  name: string
  serviceCandidates: readonly string[]
  argv: readonly string[]
  when: string
  timeoutMs: number | undefined
}

/** The tasks in dray.yml, one per line, in the order in which they run. */
export function renderTasks(
  tasks: readonly ListedTask[],
  { colors, columns: maxWidth }: TerminalStyle,
): string {
  if (tasks.length === 0) return 'dray.yml has no tasks.\n'
  const lines = renderTable({
    heading: { cells: ['TASK', 'WHEN', 'SERVICE', 'TIMEOUT', 'COMMAND'], paint: colors.dim },
    rows: tasks.map(({ name, when, serviceCandidates, timeoutMs, argv }) => [
      name,
      when,
      serviceCandidates.join(' or '),
      timeoutMs === undefined ? '' : renderDuration(timeoutMs),
      renderCommand(argv),
    ]),
    columns: [{ paint: colors.bold }, {}, {}, { align: 'right' }, { paint: colors.dim }],
    maxWidth,
  })
  return `${lines.join('\n')}\n`
}
