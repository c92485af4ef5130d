import type { BenchNetwork } from './bench-network.ts'
import { measureDeploy, watchDeploy, type Measurement } from './measure.ts'
import type { Scenario } from './scenarios.ts'
import type { Stage } from './stage.ts'
import { ways, type Way } from './ways.ts'

export type ScenarioResult = {
  scenario: Scenario
  rows: readonly { way: Way; measurements: readonly Measurement[] }[]
}

type Request = { network: BenchNetwork; scenario: Scenario; runs: number; say: (line: string) => void }

/** Measures every way of a scenario `runs` times. The ways take turns, so that what else the machine does hits all alike. */
export async function measureScenario({ network, scenario, runs, say }: Request): Promise<ScenarioResult> {
  const compared = scenario.ways.filter((way) => way !== ways.rollout || network.rollout !== undefined)
  const rows = compared.map((way) => ({ way, measurements: [] as Measurement[] }))
  const { roundTripMs = 0 } = scenario
  if (roundTripMs > 0) await network.server.delay(roundTripMs)
  try {
    for (let run = 1; run <= runs; run += 1) {
      for (const { way, measurements } of rows) {
        const measured = await measureOnce(network, scenario, way)
        measurements.push(measured)
        say(`${scenario.name} ${run}/${runs} ${way.name}: ${describe(measured)}`)
      }
    }
  } finally {
    if (roundTripMs > 0) await network.server.delay(0)
  }
  return { scenario, rows }
}

async function measureOnce(network: BenchNetwork, scenario: Scenario, way: Way): Promise<Measurement> {
  const { place, form, trial, stays = false } = scenario
  const stage: Stage = { ...network, place, form, withTasks: way.withTasks }
  const measurement = await measureDeploy(stage, way, trial)
  // The first deploy of the same version may still have something to do; the second has not.
  return stays ? watchDeploy(stage, way, trial) : measurement
}

function describe({ returnedMs, failed, sent, reasons }: Measurement): string {
  const why = failed === 0 ? '' : ` ${JSON.stringify(reasons)}`
  return `${(returnedMs / 1000).toFixed(2)} s, ${failed} of ${sent} failed${why}`
}
