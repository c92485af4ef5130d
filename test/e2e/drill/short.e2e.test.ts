import { afterAll, beforeAll, expect, test } from 'vitest'
import { faults } from '../../drill/faults.ts'
import { makeDrills } from '../../drill/make-drills.ts'
import { rivals } from '../../drill/rivals.ts'
import { runDrill } from '../../drill/run-drill.ts'
import { makeRaces, runRace } from '../../drill/run-race.ts'
import { makeStage } from '../../drill/stage.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const names = ['killed']
const drills = makeDrills({
  runs: names.length,
  seed: 5,
  faults: names.flatMap((name) => faults.filter((fault) => fault.name === name)),
})
const races = makeRaces({ races: 1, seed: 5, rivals: rivals.filter(({ name }) => name === 'deploy') })
let stage: Awaited<ReturnType<typeof makeStage>>
let neighbour: typeof stage

beforeAll(async () => {
  const server = net.server('srv2')
  ;[stage, neighbour] = await Promise.all([
    makeStage(net, server, 8140),
    makeStage(net, server, 8141, 'neighbour'),
  ])
})

afterAll(() => Promise.all([stage, neighbour].map((it) => it[Symbol.asyncDispose]())))

// Each begins with what the one before it left in place.
test.each(drills.map((drill) => [drill.fault.title, drill] as const))(
  '%s: the app serves on, and the next run puts the release in place',
  async (_title, drill) => {
    const { struck, problems, requests } = await runDrill(drill, { net, ...stage })
    expect(problems).toEqual([])
    expect(struck).toBeDefined()
    expect(requests).toBeGreaterThan(100)
  },
)

test.each(races)('two deploys at once: one after the other, or one is refused', async (race) => {
  const { exitCodes, problems, requests } = await runRace(race, { stage, neighbour })
  expect(problems).toEqual([])
  expect(exitCodes).toHaveLength(2)
  expect(requests).toBeGreaterThan(100)
})
