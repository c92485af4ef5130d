import { readDeployResult } from '../support/app/deploy-result.ts'
import type { TestApp } from '../support/app/test-app.ts'
import { underLoad } from '../support/app/under-load.ts'
import type { LoadReport } from '../support/load/load-report.ts'
import type { FleetFault } from './fleet-faults.ts'
import type { Fleet } from './fleet.ts'
import { findFleetProblems, lookAtFleet, type Look } from './look-at-fleet.ts'
import { chooseMoment, watchFor } from './moment.ts'
import { createRandom } from './random.ts'

export type FleetDrill = { fault: FleetFault; seed: number; from: string; to: string }

export type FleetDrillResult = Pick<Look, 'hosts' | 'status'> & {
  fault: FleetFault
  seed: number
  /** `before the plan`, or the kind of the step that was struck. */
  struck: string | undefined
  victimIndex: number
  exitCode: number
  /** The code of the failure, if any. */
  code: string | undefined
  /** Failed requests to hosts whose app the fault does not hurt. */
  failed: number
  requests: number
  problems: readonly string[]
  /** Of the run that was struck. */
  firstRunMs: number
  durationMs: number
}

/** A run that has not ended by then hangs. Each host gets half a minute to answer after its connection broke, and the undo two. */
const MOST_MS = 300_000

/**
 * Loses one host, or dray, at a random moment of a deploy from `from` to `to`, checks what the hosts serve, what the run said and what
 * `dray status` says, and has the next run bring all to the same release. Requests are sent to all the while.
 */
export async function runFleetDrill(drill: FleetDrill, fleet: Fleet): Promise<FleetDrillResult> {
  const startedAtMs = Date.now()
  const { fault, seed } = drill
  const random = createRandom(seed)
  const victimIndex = random.pick(fleet.members.map((_, index) => index))
  const { result, reports } = await underLoadOfAll(
    fleet.members.map(({ app }) => app),
    () => strikeAndRepair({ ...drill, random, victimIndex }, fleet),
  )
  const counted = reports.filter((_, index) => !fault.hurtsApp || index !== victimIndex)
  const failed = counted.reduce((sum, report) => sum + report.failed, 0)
  const reasons = counted.map((report) => JSON.stringify(report.reasons)).join(' ')
  return {
    fault,
    seed,
    victimIndex,
    ...result,
    failed,
    requests: reports.reduce((sum, { sent }) => sum + sent, 0),
    problems: [...result.problems, ...(failed === 0 ? [] : [`${failed} requests failed: ${reasons}`])],
    durationMs: Date.now() - startedAtMs,
  }
}

async function underLoadOfAll<T>(
  [app, ...others]: readonly TestApp[],
  action: () => Promise<T>,
): Promise<{ result: T; reports: LoadReport[] }> {
  if (app === undefined) return { result: await action(), reports: [] }
  const load = { ratePerSecond: 20, connections: 0 }
  const { result: inner, report } = await underLoad(app, load, () => underLoadOfAll(others, action))
  return { result: inner.result, reports: [report, ...inner.reports] }
}

type Struck = Omit<FleetDrillResult, 'fault' | 'seed' | 'victimIndex' | 'failed' | 'requests' | 'durationMs'>

async function strikeAndRepair(
  drill: FleetDrill & { random: ReturnType<typeof createRandom>; victimIndex: number },
  fleet: Fleet,
): Promise<Struck> {
  const { fault, to, random, victimIndex } = drill
  const [{ app }] = fleet.members
  const victim = (fleet.members[victimIndex] ?? fleet.members[0]).app.server
  const args = ['deploy', 'test', '--tag', to, '--json']
  let struck: string | undefined
  let striking: Promise<void> | undefined
  let hasEnded = false
  const startedAtMs = Date.now()
  const running = app.startDray(args, {
    timeoutMs: MOST_MS,
    onLine: watchFor(chooseMoment(random), random, (step) => {
      if (hasEnded) return
      struck = step
      striking = fault.strike({ victim, running })
    }),
  })
  const ended = await running.done
  const firstRunMs = Date.now() - startedAtMs
  hasEnded = true
  await striking
  const { exitCode, failure } = readDeployResult(ended)
  const look = await lookAtFleet({ ...drill, ended }, fleet)
  if (struck !== undefined) await fault.repair?.(victim)
  const again = readDeployResult(await app.dray([...args, '--wait', '60s'], { timeoutMs: MOST_MS }))
  const problems = [
    ...look.problems,
    ...(firstRunMs < MOST_MS ? [] : [`it did not end within ${MOST_MS / 1000} s`]),
    ...(again.exitCode === 0
      ? []
      : [`the next run ended with ${again.exitCode}: ${JSON.stringify(again.failure)}`]),
    ...(await findFleetProblems(fleet, to)),
  ]
  return { ...look, struck, exitCode, code: failure?.code, problems, firstRunMs }
}
