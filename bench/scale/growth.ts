import type { BenchNetwork } from '../bench-network.ts'
import { renderWhen } from '../machine.ts'
import { renderTable } from '../render-table.ts'
import { renderCount, renderSeconds, renderSize } from '../statistics.ts'
import { followAtClient, runAtClient, type Cost } from './run-at-client.ts'

/** Something that an app may have much of, and what dray is asked to do with little and with much of it. */
export type Growth = {
  name: string
  /** What is measured, as a heading. */
  title: string
  /** What grows: `releases in the journal`. */
  unit: string
  sizes: readonly number[]
  /** Makes the server and the client's directory ready for one round of the steps. */
  prepare: (network: BenchNetwork, size: number) => Promise<void>
  /** In their order; each finds what the one before it left. */
  steps: readonly GrowthStep[]
}

export type GrowthStep = {
  title: string
  /** Of dray, or of what a hand would type instead. */
  argv: readonly string[]
  before?: (network: BenchNetwork) => Promise<void>
  /** It follows what grows, and has to be ended when all of that was printed, a line each. */
  follows?: true
}

/** Measures all steps at all sizes `runs` times, and makes a table of it. */
export async function measureGrowth(
  growth: Growth,
  { network, runs, say }: { network: BenchNetwork; runs: number; say: (line: string) => void },
): Promise<string> {
  const { name, title, unit, sizes, steps, prepare } = growth
  const rows = steps.flatMap((step) => sizes.map((size) => ({ step, size, costs: [] as Cost[] })))
  for (let run = 1; run <= runs; run += 1) {
    for (const size of sizes) {
      await prepare(network, size)
      for (const row of rows.filter((it) => it.size === size)) {
        await row.step.before?.(network)
        const { argv, follows } = row.step
        const cost = await (follows ? followAtClient(network, argv, size) : runAtClient(network, argv))
        row.costs.push(cost)
        say(`${name} ${run}/${runs} ${size} ${row.step.title}: ${(cost.tookMs / 1000).toFixed(2)} s`)
      }
    }
  }
  const table = renderTable(
    ['', unit, 'takes', 'memory of the client', 'commands over SSH', 'sent', 'received'],
    rows.map(({ step, size, costs }) => [
      size === sizes[0] ? step.title : '',
      renderCount([size]),
      renderSeconds(costs.map(({ tookMs }) => tookMs)),
      renderSize(costs.map(({ peakBytes }) => peakBytes)),
      renderCount(costs.map(({ ssh }) => ssh.commands)),
      renderSize(costs.map(({ ssh }) => ssh.sentBytes)),
      renderSize(costs.map(({ ssh }) => ssh.receivedBytes)),
    ]),
  )
  return `### ${title}\n\n${renderWhen(runs)}\n\n${table}`
}
