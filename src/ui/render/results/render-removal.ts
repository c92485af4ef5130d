import type { RemovalPlan } from '../../../operations/remove/removal-plan.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderTable } from '../text/render-table.ts'

/** What a removal takes from a host and what it leaves there, one thing per line. */
export function renderRemoval({ host, path, going, staying }: RemovalPlan, style: TerminalStyle): string {
  const { colors, columns } = style
  const rows = (things: readonly { kind: string; name: string; reason?: string }[]): string[] =>
    renderTable({
      rows: things.map(({ kind, name, reason = noteOf(kind) }) => [
        kind,
        kind === 'file' || kind === 'records' ? `${path}/${name}` : name,
        reason,
      ]),
      columns: [{ paint: colors.dim }, {}, { paint: colors.dim }],
      indent: '  ',
      maxWidth: columns,
    })
  return [
    `To be removed from ${colors.bold(host)}:`,
    ...rows(going),
    ...(staying.length === 0 ? [] : [`Stays on ${colors.bold(host)}:`, ...rows(staying)]),
  ].join('\n')
}

function noteOf(kind: string): string {
  return kind === 'volume' ? 'with its data' : ''
}
