import { renderTable } from '../../bench/render-table.ts'
import type { RaceResult } from './run-race.ts'

/** The results by who raced the deploy, as Markdown; the problems, where there are any, with their seeds. */
export function renderRaces(results: readonly RaceResult[], seed: number): string {
  const titles = [...new Set(results.map(({ race }) => race.rival.title))]
  const rows = titles.map((title) => {
    const own = results.filter(({ race }) => race.rival.title === title)
    const count = (test: (result: RaceResult) => boolean): string => String(own.filter(test).length)
    return [
      title,
      String(own.length),
      count(({ exitCodes }) => exitCodes.every((code) => code === 0)),
      count(({ exitCodes }) => exitCodes.includes(3) && exitCodes.includes(0)),
      count(({ exitCodes }) => !exitCodes.includes(0)),
      String(own.reduce((sum, { failed }) => sum + failed, 0)),
      count(({ problems }) => problems.length > 0),
    ]
  })
  const problems = results.flatMap(({ race, problems }) =>
    problems.map((problem) => `- ${race.rival.name}, seed ${race.seed}: ${problem}`),
  )
  const requests = results.reduce((sum, it) => sum + it.requests, 0)
  const head = [
    'beside a deploy',
    'races',
    'all went through',
    'one was refused',
    'run again',
    'requests failed',
    'not in order after',
  ]
  return [
    `${results.length} races, seed ${seed}, ${requests.toLocaleString('en')} requests meanwhile.`,
    renderTable(head, rows),
    ...(problems.length === 0 ? [] : ['Problems:', problems.join('\n')]),
  ].join('\n\n')
}
