import { renderTable } from '../../bench/render-table.ts'
import type { FleetDrillResult } from './run-fleet-drill.ts'

/** Each drill as a row, as Markdown; the problems, where there are any, with their seeds. */
export function renderFleet(results: readonly FleetDrillResult[], seed: number): string {
  const requests = results.reduce((sum, it) => sum + it.requests, 0)
  const count = results[0]?.hosts.length ?? 0
  const rows = results.map((it) => [
    it.fault.title,
    it.struck ?? 'nothing: it was over before',
    renderEnd(it),
    `${(it.firstRunMs / 1000).toFixed(0)} s`,
    renderServed(it),
    renderStatus(it),
    String(it.failed),
    it.problems.length === 0 ? 'all on the new release' : 'not in order',
  ])
  const problems = results.flatMap(({ fault, seed: own, problems }) =>
    problems.map((problem) => `- ${fault.name}, seed ${own}: ${problem}`),
  )
  const head = [
    'fault',
    'struck',
    'exit code',
    'after',
    'then served by the hosts',
    '`dray status`',
    'requests failed',
    'after the next run',
  ]
  return [
    `${results.length} drills with ${count} hosts, seed ${seed}, ${requests.toLocaleString('en')} requests meanwhile.`,
    renderTable(head, rows),
    ...(problems.length === 0 ? [] : ['Problems:', problems.join('\n')]),
  ].join('\n\n')
}

/** Exit code and code of the failure. */
export function renderEnd({ exitCode, code }: Pick<FleetDrillResult, 'exitCode' | 'code'>): string {
  return `${exitCode}${code === undefined ? '' : ` ${code}`}`
}

/** In the order of the hosts; the one that was struck in bold. */
function renderServed({ hosts, victimIndex, fault }: FleetDrillResult): string {
  return hosts
    .map(({ served }, index) => (fault.loses === 'host' && index === victimIndex ? `**${served}**` : served))
    .join(', ')
}

/** Its exit code, and its states. */
function renderStatus({ status: { exitCode, verdicts } }: FleetDrillResult): string {
  return `${exitCode}: ${verdicts.join(', ')}`
}
