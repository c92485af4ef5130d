/**
 * Injects faults into deploys and rollbacks at random moments, on a real server under load, and checks that a second run puts
 * all in order; or races them with another user. docs/reliability.md describes the drill and keeps the results.
 */
import { parseArgs } from 'node:util'
import { writeParts } from '../../bench/readme-tables.ts'
import { prepareImages } from '../support/images/prepare.ts'
import { startTestNet, type TestNet } from '../support/net/test-net.ts'
import { faults } from './faults.ts'
import { fleetFaults } from './fleet-faults.ts'
import { fleetNames, makeFleet } from './fleet.ts'
import { makeDrills } from './make-drills.ts'
import { createRandom } from './random.ts'
import { renderEnd, renderFleet } from './render-fleet.ts'
import { renderRaces } from './render-races.ts'
import { renderResults } from './render-results.ts'
import { rivals } from './rivals.ts'
import { runDrill, type DrillResult } from './run-drill.ts'
import { makeRaces, runRace, type RaceResult } from './run-race.ts'
import { runFleetDrill, type FleetDrillResult } from './run-fleet-drill.ts'
import { firstTag, makeStage, tags } from './stage.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    races: { type: 'string', default: '0' },
    fleet: { type: 'string', default: '0' },
    hosts: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const isRace = Number(values.races) > 0
const isFleet = Number(values.fleet) > 0
const known: readonly { name: string }[] = isRace ? rivals : isFleet ? fleetFaults : faults
const only = values.only.split(',').filter((name) => name !== '')
const unknown = only.find((name) => !known.some((it) => it.name === name))
if (unknown === undefined) process.exitCode = await main()
else {
  console.error(`There is no ${unknown}; there are ${known.map(({ name }) => name).join(', ')}.`)
  process.exitCode = 2
}

async function main(): Promise<number> {
  const names = fleetNames(isFleet ? Number(values.hosts) : 1)
  await using net = await startTestNet({ servers: Object.fromEntries(names.map((name) => [name, {}])) })
  await prepareImages({ registryPushHost: net.registry.pushHost })
  const { text, isGood } = isRace ? await race(net) : isFleet ? await drillFleet(net) : await drill(net)
  console.log(text)
  const part = isRace ? 'races' : isFleet ? 'fleet' : 'results'
  if (values.write) await writeParts('docs/reliability.md', 'drill', new Map([[part, text]]))
  return isGood ? 0 : 1
}

type Outcome = { text: string; isGood: boolean }

async function drill(net: TestNet): Promise<Outcome> {
  const drills = makeDrills({ runs: Number(values.runs), seed, faults: faults.filter(isWanted) })
  console.error(`${drills.length} drills with the seed ${seed}`)
  await using stage = await makeStage(net)
  const results: DrillResult[] = []
  for (const drill of drills) {
    const result = await runDrill(drill, { net, ...stage })
    results.push(result)
    const { struck = 'nothing', exitCode } = result
    const what = `${drill.how} of ${drill.to}, ${drill.fault.name} at ${struck}: exit ${exitCode}`
    tell(`${results.length}/${drills.length}  ${what}`, { ...result, seed: drill.seed })
  }
  return { text: renderResults(results, seed), isGood: results.every(isInOrder) }
}

async function drillFleet(net: TestNet): Promise<Outcome> {
  const random = createRandom(seed)
  const wanted = fleetFaults.filter(isWanted)
  await using fleet = await makeFleet(net, Number(values.hosts))
  const results: FleetDrillResult[] = []
  let now: string = firstTag
  while (results.length < Number(values.fleet)) {
    const fault = wanted[results.length % wanted.length]
    if (fault === undefined) break
    const [from, to] = [now, random.pick(tags.filter((tag) => tag !== now))]
    const drill = { fault, seed: Math.floor(random.fraction() * 2 ** 31), from, to }
    const result = await runFleetDrill(drill, fleet)
    results.push(result)
    const { struck = 'nothing', hosts, status } = result
    const then = `${hosts.map(({ served }) => served).join(', ')}; status ${status.exitCode}`
    tell(
      `${results.length}/${values.fleet}  ${fault.name} at ${struck}: exit ${renderEnd(result)}, ${then}`,
      result,
    )
    now = to
  }
  return { text: renderFleet(results, seed), isGood: results.every(isInOrder) }
}

async function race(net: TestNet): Promise<Outcome> {
  const races = makeRaces({ races: Number(values.races), seed, rivals: rivals.filter(isWanted) })
  console.error(`${races.length} races with the seed ${seed}`)
  await using stage = await makeStage(net)
  await using neighbour = await makeStage(net, net.server('srv1'), 81, 'neighbour')
  const results: RaceResult[] = []
  for (const race of races) {
    const result = await runRace(race, { stage, neighbour })
    results.push(result)
    const ends = [result.exitCodes.join(' and '), ...result.failureCodes].join(' ')
    const what = `${race.rival.name}: exit ${ends}, ${result.failed} failed`
    tell(`${results.length}/${races.length}  ${what}`, { ...result, seed: race.seed })
  }
  return { text: renderRaces(results, seed), isGood: results.every(isInOrder) }
}

function isWanted({ name }: { name: string }): boolean {
  return only.length === 0 || only.includes(name)
}

function isInOrder({ problems }: { problems: readonly string[] }): boolean {
  return problems.length === 0
}

function tell(what: string, result: { seed: number; problems: readonly string[]; durationMs: number }): void {
  console.error(`${what}, ${(result.durationMs / 1000).toFixed(1)} s`)
  for (const problem of result.problems) console.error(`    seed ${result.seed}: ${problem}`)
}
