import { afterAll, beforeAll, expect, test } from 'vitest'
import { faults } from '../../drill/faults.ts'
import { makeDrills } from '../../drill/make-drills.ts'
import { runDrill } from '../../drill/run-drill.ts'
import { makeStage } from '../../drill/stage.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const names = ['killed']
const drills = makeDrills({
  runs: names.length,
  seed: 5,
  faults: names.flatMap((name) => faults.filter((fault) => fault.name === name)),
})
let stage: Awaited<ReturnType<typeof makeStage>>

beforeAll(async () => {
  stage = await makeStage(net, net.server('srv2'), 8140)
})

afterAll(() => stage[Symbol.asyncDispose]())

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
