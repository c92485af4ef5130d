/**
 * Measures dray beside what people use today, on a network of real machines (test/support/net), and prints tables.
 * bench/README.md says what is measured and keeps the figures.
 */
import { startBenchNetwork, type BenchNetwork } from './bench-network.ts'
import { measureBounded } from './bounded.ts'
import { keepBusy } from './busy.ts'
import { measureCpuByCommand } from './cpu-by-command.ts'
import { readBenchOptions, usage, type BenchOptions } from './bench-options.ts'
import { measureFootprint, measureStart } from './footprint.ts'
import { describeMachine } from './machine.ts'
import { measureScenario } from './measure-scenario.ts'
import { writeTables } from './readme-tables.ts'
import { renderScenario } from './render-scenario.ts'
import { measureGrowth } from './scale/growth.ts'
import { growths } from './scale/growths.ts'
import { scenarios } from './scenarios.ts'
import { prepareServer } from './stage.ts'

type Measure = (network: BenchNetwork, runs: number) => Promise<string>

const tables = new Map<string, Measure>([
  ...scenarios.map((scenario): [string, Measure] => [
    scenario.name,
    async (network, runs) => renderScenario(await measureScenario({ network, scenario, runs, say })),
  ]),
  ...growths.map((growth): [string, Measure] => [
    growth.name,
    (network, runs) => measureGrowth(growth, { network, runs, say }),
  ]),
  ['cpu-by-command', (network, runs) => measureCpuByCommand({ network, runs, say })],
  ['bounded', (network, runs) => measureBounded(network, runs, say)],
  ['start', () => measureStart()],
  ['footprint', (network, runs) => measureFootprint(network, runs)],
])

await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<void> {
  const names = [...tables.keys()]
  try {
    const options = readBenchOptions(argv, names)
    if (options === undefined) console.log(`${usage}\nTables: ${names.join(', ')}`)
    else await measureTables(options)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}

async function measureTables({ runs, only, busy, write, rollout }: BenchOptions): Promise<void> {
  await using network = await startBenchNetwork(rollout, say)
  await prepareServer(network)
  if (rollout === undefined) say('docker-rollout is skipped: `--rollout PATH` names its path')
  const machine = await describeMachine(network)
  console.log(`\n${machine}`)
  if (write) await writeTables(new Map([['machine', machine]]))
  using _busy = busy ? keepBusy() : undefined
  for (const name of only) {
    try {
      const measured = (await tables.get(name)?.(network, runs)) ?? ''
      const table = busy ? measured.replace(/^### .*/, '$&, every core kept busy') : measured
      console.log(`\n${table}`)
      // At once, so that a run that is cut keeps what it had.
      if (write) await writeTables(new Map([[busy ? `${name}-busy` : name, table]]))
    } catch (error) {
      console.error(`${name} was not measured:`, error)
      process.exitCode = 1
    }
  }
}

/** Progress, on another stream than the tables. */
function say(line: string): void {
  console.error(`- ${line}`)
}
