import { readDeployResult } from '../support/app/deploy-result.ts'
import type { TestApp } from '../support/app/test-app.ts'
import { underLoad } from '../support/app/under-load.ts'
import type { TestNet } from '../support/net/test-net.ts'
import { findProblems, untilServed, versionOf, type Leftovers } from './check-after.ts'
import type { Fault, Scene } from './fault.ts'
import { chooseMoment, watchFor } from './moment.ts'
import { createRandom } from './random.ts'

export type Drill = { fault: Fault; seed: number; from: string; to: string; how: 'deploy' | 'rollback' }

export type DrillResult = {
  drill: Drill
  /** What was struck: `before the plan`, `from the beginning`, or the kind of a step. */
  struck: string | undefined
  exitCode: number
  /** Failed requests that nothing but dray can be blamed for. */
  failed: number
  requests: number
  problems: readonly string[]
  durationMs: number
}

/**
 * Injects a fault in the middle of a run, checks what serves then, and has a second run put the release in place without
 * manual help. Requests are sent all the while.
 */
export async function runDrill(
  drill: Drill,
  { net, app, before }: { net: TestNet; app: TestApp; before: Leftovers },
): Promise<DrillResult> {
  const startedAtMs = Date.now()
  const load = { ratePerSecond: 50, connections: 0 }
  const { result, report } = await underLoad(app, load, () => strikeAndRepair(drill, { net, app, before }))
  const failed = drill.fault.hurtsApp !== undefined ? 0 : report.failed
  return {
    drill,
    ...result,
    failed,
    requests: report.sent,
    problems: [
      ...result.problems,
      ...(failed === 0 ? [] : [`${failed} requests failed: ${JSON.stringify(report.reasons)}`]),
    ],
    durationMs: Date.now() - startedAtMs,
  }
}

async function strikeAndRepair(
  { fault, seed, from, to, how }: Drill,
  { net, app, before }: { net: TestNet; app: TestApp; before: Leftovers },
): Promise<Pick<DrillResult, 'struck' | 'exitCode' | 'problems'>> {
  const random = createRandom(seed)
  const argsFor = (tag: string): string[] =>
    how === 'deploy' ? ['deploy', 'test', '--tag', tag, '--json'] : ['rollback', 'test', tag, '--json']
  await fault.prepare?.(app)
  let struck = fault.strike === undefined ? 'from the beginning' : undefined
  let striking: Promise<void> | undefined
  let hasEnded = false
  const running = app.startDray(argsFor(fault.tag ?? to), {
    env: fault.environment?.(random) ?? {},
    onLine: watchFor(chooseMoment(random, fault.aims), random, (step) => {
      // A moment after a short last step may be after the end of the run: nothing would repair a fault of that moment.
      if (fault.strike === undefined || hasEnded) return
      struck = step
      striking = fault.strike(scene)
    }),
  })
  const scene: Scene = { net, app, server: app.server, running }
  const { exitCode } = await running.done
  hasEnded = true
  await striking
  const problems: string[] = []
  // The serving version is read before any repair.
  const served = await (fault.hurtsApp === 'for a moment' ? untilServed(app) : versionOf(app))
  const said = served ?? 'nothing'
  const wanted = fault.tag ?? to
  // An Engine that was killed may leave its containers stopped, for the second run to start.
  const isDown = fault.hurtsApp === 'until the next run' && served === undefined
  if (!isDown && served !== from && served !== wanted) problems.push(`after the fault ${said} answered`)
  if (!isDown && exitCode === 0 && served !== wanted) problems.push(`it said 0, and ${said} answered`)
  if (!isDown && exitCode === 1 && served !== from)
    problems.push(`it said that ${from} serves, and ${said} answered`)
  await fault.repair?.(scene)
  const again = readDeployResult(await app.dray([...argsFor(to), '--wait', '30s']))
  if (again.exitCode !== 0)
    problems.push(`the second run ended with ${again.exitCode}: ${JSON.stringify(again.failure)}`)
  problems.push(...(await findProblems(app, { tag: to, before })))
  return { struck, exitCode, problems }
}
