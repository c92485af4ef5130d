import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad, type RunningLoad } from '../test/support/load/run-load.ts'
import { now } from '../test/support/load/send-request.ts'
import { countSshCommands, resetServer, untilServes, versionServing, type Stage } from './stage.ts'
import { readSteps, type TimedStep } from './steps.ts'
import type { Way } from './ways.ts'

/** What is deployed, and under which load. */
export type Trial = {
  from: string
  to: string
  /** Whether `to` comes to serve when all goes well; a broken one does not. */
  serves: boolean
  /** Every n-th request takes `ms`. */
  slow?: { every: number; ms: number }
}

/** One deploy. */
export type Measurement = {
  returnedMs: number
  exitCode: number
  /** From the start of the command until no other version answered any more; undefined when the new one never did. */
  aloneMs: number | undefined
  sent: number
  failed: number
  reasons: Readonly<Record<string, number>>
  servesAfterwards: string | undefined
  sshCommands: number
  /** Of a deploy by dray: its steps and what is between them. */
  steps: readonly TimedStep[]
  /** The most that a request was late: what the machine had to do besides. */
  latestSendMs: number
}

const ratePerSecond = 200
const settleMs = 1000
const brokenMs = 3000

/** Puts `from` in place, deploys `to` under load, and watches until it serves, or for a while after the command. */
export async function measureDeploy(stage: Stage, way: Way, trial: Trial): Promise<Measurement> {
  await resetServer(stage)
  const first = await way.serve(stage, trial.from)
  if (first.exitCode !== 0) throw new Error(`${trial.from} was not deployed: ${first.stderr}${first.stdout}`)
  await untilServes(stage, trial.from)
  return watchDeploy(stage, way, trial)
}

/** The same on a server that serves `from` already. */
export async function watchDeploy(stage: Stage, way: Way, trial: Trial): Promise<Measurement> {
  const loads = await startLoads(stage, trial)
  await Promise.all(loads.map((load) => load.waitUntil(({ sent }) => sent >= ratePerSecond / 2)))
  const commandsBefore = await countSshCommands(stage)
  const startedAtMs = now()
  const { exitCode, stdout, stderr } = await way.deploy(stage, trial.to)
  const returnedMs = now() - startedAtMs
  if (exitCode !== 0 && trial.serves) throw new Error(`${way.title} failed: ${stderr}${stdout}`.slice(-2000))
  const sshCommands = (await countSshCommands(stage)) - commandsBefore
  if (trial.serves) {
    await Promise.all(loads.map((load) => load.waitUntil(({ versions }) => versions.includes(trial.to))))
  }
  await sleep(trial.serves ? settleMs : brokenMs)
  const reports = await Promise.all(loads.map((load) => load.stop()))
  const seen = reports.flatMap(({ versions }) => Object.entries(versions))
  const fresh = seen.filter(([version]) => version === trial.to).map(([, { firstAtMs }]) => firstAtMs)
  const others = seen.filter(([version]) => version !== trial.to).map(([, { lastAtMs }]) => lastAtMs)
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const reasons: Record<string, number> = {}
  for (const [reason, count] of reports.flatMap((report) => Object.entries(report.reasons))) {
    reasons[reason] = (reasons[reason] ?? 0) + count
  }
  return {
    returnedMs,
    exitCode,
    aloneMs: fresh.length === 0 ? undefined : Math.max(...fresh, ...others) - startedAtMs,
    sent: sum(reports.map(({ sent }) => sent)),
    failed: sum(reports.map(({ failed }) => failed)),
    reasons,
    servesAfterwards: await versionServing(stage.server.address),
    sshCommands,
    steps: readSteps(stdout, returnedMs),
    latestSendMs: Math.max(...reports.map(({ latestSendMs }) => latestSendMs)),
  }
}

/** Half of the requests over connections that are kept, half over new ones; every third a POST. */
async function startLoads({ server }: Stage, { slow }: Trial): Promise<RunningLoad[]> {
  const load = { target: `http://${server.address}`, ratePerSecond: ratePerSecond / 2 }
  // Slow ones get longer than the 3 s that a request has else.
  const more = slow === undefined ? {} : { slow, timeoutMs: 3000 + slow.ms }
  return Promise.all([20, 0].map((connections) => runLoad({ ...load, ...more, connections })))
}
