import type { RemovalPlan } from '../../../operations/remove/removal-plan.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderTable } from '../text/render-table.ts'

/** What a removal takes from a host and what it leaves there, one thing per line; of a swarm, for each node. */
export function renderRemoval(plan: RemovalPlan, style: TerminalStyle): string {
  const { nodes = [], path } = plan
  const own = nodes.filter(({ host }) => host === plan.host)
  const manager = {
    host: plan.host,
    going: [...plan.going, ...own.flatMap(({ going }) => going)],
    staying: [...plan.staying, ...own.flatMap(({ staying }) => staying)],
  }
  const others = nodes.filter(
    ({ host, going, staying }) => host !== plan.host && going.length + staying.length > 0,
  )
  return [manager, ...others].map((it) => renderHost({ ...it, path }, style)).join('\n')
}

function renderHost({ host, path, going, staying }: RemovalPlan, style: TerminalStyle): string {
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
    ...(going.length === 0 ? [] : [`To be removed from ${colors.bold(host)}:`, ...rows(going)]),
    ...(staying.length === 0 ? [] : [`Stays on ${colors.bold(host)}:`, ...rows(staying)]),
  ].join('\n')
}

function noteOf(kind: string): string {
  return kind === 'volume' ? 'with its data' : ''
}
