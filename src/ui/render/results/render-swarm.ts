import type { FailedTask, KnownHost, NodeStatus } from '../../../operations/status/status.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderTable } from '../text/render-table.ts'

/** The nodes of a swarm, and the tasks that failed with Swarm's words. Empty without a leader. */
export function swarmLines({ swarm, services }: KnownHost, style: TerminalStyle): string[] {
  const nodes = swarm?.nodes ?? []
  const failed = services.flatMap(({ service, failedTasks = [] }) =>
    failedTasks.map((task) => ({ service, task })),
  )
  return [
    ...(nodes.length === 0 ? [] : ['', ...nodeLines(nodes, style)]),
    ...(failed.length === 0 ? [] : ['', ...failedLines(failed, style)]),
  ]
}

function nodeLines(nodes: readonly NodeStatus[], { colors, columns }: TerminalStyle): string[] {
  return renderTable({
    heading: { cells: ['node', 'role', 'state', 'availability'], paint: colors.dim },
    rows: nodes.map(({ node, role, state, availability, isLeader }) => [
      node,
      isLeader === true ? 'leader' : role,
      state,
      availability,
    ]),
    columns: [
      { paint: colors.bold },
      {},
      { paint: (state) => (state.trim() === 'ready' ? state : colors.red(state)) },
      { paint: (word) => (word.trim() === 'active' ? word : colors.yellow(word)) },
    ],
    indent: '  ',
    maxWidth: columns,
  })
}

function failedLines(
  failed: readonly { service: string; task: FailedTask }[],
  { colors, columns }: TerminalStyle,
): string[] {
  return renderTable({
    heading: { cells: ['failed task of', 'node', 'at', 'Swarm says'], paint: colors.dim },
    rows: failed.map(({ service, task: { node, error, exitCode, atMs } }) => [
      service,
      node ?? '',
      new Date(atMs).toISOString().replace(/T(\d+:\d+).*$/, ' $1 UTC'),
      error === '' && exitCode !== undefined ? `exit code ${exitCode}` : error,
    ]),
    columns: [{ paint: colors.bold }, {}, { paint: colors.dim }, {}],
    indent: '  ',
    maxWidth: columns,
  })
}
