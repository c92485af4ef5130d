import { renderTable } from '../../bench/render-table.ts'
import type { FleetDrillResult } from './run-fleet-drill.ts'

/** Each drill as a row, as Markdown; the problems, where there are any, with their seeds. */
export function renderFleet(results: readonly FleetDrillResult[], seed: number): string {
  const requests = results.reduce((sum, it) => sum + it.requests, 0)
  const rows = results.map(({ fault, struck, exitCode, code, otherServed, failed, problems }) => [
    fault.title,
    struck ?? 'nothing: it was over before',
    `${exitCode}${code === undefined ? '' : ` ${code}`}`,
    otherServed,
    String(failed),
    problems.length === 0 ? 'both on the new release' : 'not in order',
  ])
  const problems = results.flatMap(({ fault, seed: own, problems }) =>
    problems.map((problem) => `- ${fault.name}, seed ${own}: ${problem}`),
  )
  const head = [
    'fault',
    'struck',
    'exit code',
    'release on the other host',
    'requests failed',
    'after the next run',
  ]
  return [
    `${results.length} drills with two hosts, seed ${seed}, ${requests.toLocaleString('en')} requests meanwhile.`,
    renderTable(head, rows),
    ...(problems.length === 0 ? [] : ['Problems:', problems.join('\n')]),
  ].join('\n\n')
}
