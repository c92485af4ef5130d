import { renderTable } from '../../bench/render-table.ts'
import { faults } from './faults.ts'
import type { DrillResult } from './run-drill.ts'

/** The results by fault and by what was struck, as Markdown; the problems, where there are any, with their seeds. */
export function renderResults(results: readonly DrillResult[], seed: number): string {
  const titleOf = new Map(faults.map(({ name, title }) => [name, title]))
  const byFault = tableOf('fault', results, ({ drill }) => titleOf.get(drill.fault.name) ?? drill.fault.name)
  const byStep = tableOf('struck', results, ({ struck }) => struck ?? 'nothing: it was over before')
  const problems = results.flatMap(({ drill, problems }) =>
    problems.map((problem) => `- ${drill.fault.name}, seed ${drill.seed}: ${problem}`),
  )
  const requests = results.reduce((sum, it) => sum + it.requests, 0)
  return [
    `${results.length} drills, seed ${seed}, ${requests.toLocaleString('en')} requests meanwhile.`,
    byFault,
    byStep,
    ...(problems.length === 0 ? [] : ['Problems:', problems.join('\n')]),
  ].join('\n\n')
}

function tableOf(
  title: string,
  results: readonly DrillResult[],
  keyOf: (result: DrillResult) => string,
): string {
  const keys = [...new Set(results.map(keyOf))].sort()
  const rows = keys.map((key) => {
    const own = results.filter((result) => keyOf(result) === key)
    const count = (test: (result: DrillResult) => boolean): string => String(own.filter(test).length)
    return [
      key,
      String(own.length),
      count(({ exitCode }) => exitCode === 0),
      count(({ exitCode }) => exitCode === 1),
      count(({ exitCode }) => exitCode > 1),
      String(own.reduce((sum, { failed }) => sum + failed, 0)),
      count(({ problems }) => problems.length > 0),
    ]
  })
  const head = [
    title,
    'drills',
    'went through',
    'undone',
    'broke off',
    'requests failed',
    'not in order after',
  ]
  return renderTable(head, rows)
}
