import type { Measurement } from './measure.ts'
import { renderWhen } from './machine.ts'
import type { ScenarioResult } from './measure-scenario.ts'
import { renderChart } from './render-chart.ts'
import { renderTable } from './render-table.ts'
import { renderCount, renderMilliseconds, renderRatio, renderSeconds, renderSize } from './statistics.ts'
import { ways } from './ways.ts'

type Row = ScenarioResult['rows'][number]
type Column = { title: string; cell: (row: Row, base: readonly Measurement[]) => string }

/** A scenario as Markdown: a chart and a table of the ways, and a table of where dray's time went. */
export function renderScenario({ scenario, rows }: ScenarioResult): string {
  const base = rows.find(({ way }) => way === ways.upWait)?.measurements ?? []
  const { trial, place, title } = scenario
  const columns: Column[] = [
    { title: 'way', cell: ({ way }) => way.title },
    {
      title: trial.serves ? 'returns after' : 'gives up after',
      cell: ({ measurements }) => renderSeconds(measurements.map(({ returnedMs }) => returnedMs)),
    },
    {
      title: 'of `up --wait`',
      cell: ({ measurements }, others) =>
        renderRatio(
          measurements.map(({ returnedMs }) => returnedMs),
          others.map(({ returnedMs }) => returnedMs),
        ),
    },
    ...(trial.serves && trial.from !== trial.to ? [aloneColumn] : []),
    {
      title: 'requests failed',
      cell: ({ measurements }) => renderCount(measurements.map(({ failed }) => failed)),
    },
    {
      title: 'of, in all',
      cell: ({ measurements }) => renderCount([measurements.reduce((sum, { sent }) => sum + sent, 0)]),
    },
    ...(trial.serves ? [] : afterwardsColumns),
    ...cpuColumns,
    ...(place === 'ssh' ? sshColumns : []),
  ]
  const table = renderTable(
    columns.map((column) => column.title),
    rows.map((row) => columns.map((column) => column.cell(row, base))),
  )
  const chart = renderChart(
    rows.map(({ way, measurements }) => ({
      title: way.title,
      durationsMs: measurements.map(({ returnedMs }) => returnedMs),
      failed: measurements.map(({ failed }) => failed),
    })),
  )
  const when = renderWhen(Math.max(0, ...rows.map(({ measurements }) => measurements.length)))
  return [`### ${title}`, when, chart, table, ...rows.flatMap(renderSteps)].join('\n\n')
}

const aloneColumn: Column = {
  title: 'new version alone after',
  cell: ({ measurements }) => renderSeconds(measurements.flatMap(({ aloneMs }) => aloneMs ?? [])),
}

const cpuColumns: Column[] = [
  {
    title: 'CPU at the client',
    cell: ({ measurements }) => renderSeconds(measurements.map(({ cpu }) => cpu.clientMs)),
  },
  {
    title: 'on the server',
    cell: ({ measurements }) => renderSeconds(measurements.map(({ cpu }) => cpu.serverMs)),
  },
  {
    title: 'in containers',
    cell: ({ measurements }) => renderSeconds(measurements.map(({ cpu }) => cpu.containersMs)),
  },
]

const sshColumns: Column[] = [
  {
    title: 'commands over SSH',
    cell: ({ measurements }) => renderCount(measurements.map(({ ssh }) => ssh.commands)),
  },
  { title: 'sent', cell: ({ measurements }) => renderSize(measurements.map(({ ssh }) => ssh.sentBytes)) },
  {
    title: 'received',
    cell: ({ measurements }) => renderSize(measurements.map(({ ssh }) => ssh.receivedBytes)),
  },
]

const afterwardsColumns: Column[] = [
  { title: 'exit code', cell: ({ measurements }) => different(measurements.map(({ exitCode }) => exitCode)) },
  {
    title: 'serves afterwards',
    cell: ({ measurements }) =>
      different(measurements.map(({ servesAfterwards }) => servesAfterwards ?? 'nothing')),
  },
]

const different = (values: readonly (string | number)[]): string => [...new Set(values)].join(', ')

/** Where the time of a way by dray went: a table, or nothing for other ways and deploys that failed. */
function renderSteps({ way, measurements }: Row): string[] {
  const names = [...new Set(measurements.flatMap(({ steps }) => steps.map(({ name }) => name)))]
  if (names.length === 0) return []
  const rows = names.map((name) => {
    const durations = measurements.flatMap(({ steps }) => steps.filter((step) => step.name === name))
    return [name, renderMilliseconds(durations.map(({ durationMs }) => durationMs))]
  })
  return [renderTable([`where the time of ${way.title} goes`, ''], rows)]
}
