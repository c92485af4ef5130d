import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderSwarmDrills, runSwarmDrill, type SwarmDrillResult } from '../../drill/swarm-drill.ts'
import { startDeployedSwarm, type SwarmApp } from '../../support/app/swarm-app.ts'
import { seed } from '../../support/random-cases.ts'

// `DRAY_SWARM_FAULTS=20 DRAY_TEST_SEED=… npm run cluster` has more of them, and others.
const count = Math.min(50, Number(process.env['DRAY_SWARM_FAULTS'] ?? 3))
const tags = ['v1', 'v2', 'v3']
const results: SwarmDrillResult[] = []
let swarm: SwarmApp

beforeAll(async () => {
  swarm = await startDeployedSwarm()
})

afterAll(async () => {
  process.stdout.write(`${renderSwarmDrills(results)}\n`)
  await swarm[Symbol.asyncDispose]()
})

test.each(Array.from({ length: count }, (_, index) => index))(
  'a node is lost at a random moment, and the next run puts all in order (%i)',
  async (index) => {
    const from = tags[(index + 1) % tags.length]!
    const to = tags[(index + 2) % tags.length]!
    const result = await runSwarmDrill({ seed: seed + index, from, to }, swarm)
    results.push(result)
    process.stdout.write(`${renderSwarmDrills([result])}\n`)
    expect(result.problems).toEqual([])
  },
)
