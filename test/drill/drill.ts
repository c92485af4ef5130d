/**
 * Strikes deploys and rollbacks at random moments, on a real server under load, and sees that a second run puts all in order.
 * docs/reliability.md says what is done and keeps the results.
 */
import { parseArgs } from 'node:util'
import { writeParts } from '../../bench/readme-tables.ts'
import { prepareImages } from '../support/images/prepare.ts'
import { startTestNet } from '../support/net/test-net.ts'
import { faults } from './faults.ts'
import { makeDrills } from './make-drills.ts'
import { renderResults } from './render-results.ts'
import { runDrill, type DrillResult } from './run-drill.ts'
import { makeStage } from './stage.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
})
const only = values.only.split(',').filter((name) => name !== '')
const unknown = only.find((name) => !faults.some((fault) => fault.name === name))
if (unknown === undefined) process.exitCode = await main()
else {
  console.error(`There is no fault ${unknown}; there are ${faults.map(({ name }) => name).join(', ')}.`)
  process.exitCode = 2
}

async function main(): Promise<number> {
  const seed = Number(values.seed)
  const drills = makeDrills({
    runs: Number(values.runs),
    seed,
    faults: faults.filter(({ name }) => only.length === 0 || only.includes(name)),
  })
  console.error(`${drills.length} drills with the seed ${seed}`)
  await using net = await startTestNet({ servers: { srv1: {} } })
  await prepareImages({ registryPushHost: net.registry.pushHost })
  await using stage = await makeStage(net)
  const results: DrillResult[] = []
  for (const drill of drills) {
    const result = await runDrill(drill, { net, ...stage })
    results.push(result)
    const { struck = 'nothing', exitCode, problems, durationMs } = result
    const what = `${drill.how} of ${drill.to}, ${drill.fault.name} at ${struck}: exit ${exitCode}`
    console.error(`${results.length}/${drills.length}  ${what}, ${(durationMs / 1000).toFixed(1)} s`)
    for (const problem of problems) console.error(`    seed ${drill.seed}: ${problem}`)
  }
  const text = renderResults(results, seed)
  console.log(text)
  if (values.write) await writeParts('docs/reliability.md', 'drill', new Map([['results', text]]))
  return results.some(({ problems }) => problems.length > 0) ? 1 : 0
}
