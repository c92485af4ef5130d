import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../test/support/load/send-request.ts'
import { cpuUseBetween, readCpuUse, type CpuUse } from './cpu-use.ts'
import { ratePerSecond, startMixedLoad, type MixedReport } from './mixed-load.ts'
import { readSshUse, sshUseBetween, type SshUse } from './ssh-use.ts'
import { resetServer, untilServes, versionServing, type Stage } from './stage.ts'
import { readSteps, type TimedStep } from './steps.ts'
import type { Way } from './ways.ts'

/** What is deployed, and under which load. */
export type Trial = {
  /** What served before `from`. */
  before?: string
  from: string
  to: string
  /** Whether `to` comes to serve when all goes well; a broken one does not. */
  serves: boolean
  /** Every n-th request takes `ms`. */
  slow?: { every: number; ms: number }
}

/** One deploy. */
export type Measurement = Omit<MixedReport, 'versions'> & {
  returnedMs: number
  exitCode: number
  /** From the start of the command until no other version answered any more; undefined when the new one never did. */
  aloneMs: number | undefined
  servesAfterwards: string | undefined
  ssh: SshUse
  /** From the start of the command to its end. */
  cpu: CpuUse
  /** Of a deploy by dray: its steps and what is between them. */
  steps: readonly TimedStep[]
}

const settleMs = 1000
const brokenMs = 3000

/** Puts `from` in place, deploys `to` under load, and watches until it serves, or for a while after the command. */
export async function measureDeploy(stage: Stage, way: Way, trial: Trial): Promise<Measurement> {
  await resetServer(stage)
  for (const version of [trial.before ?? [], trial.from].flat()) {
    const first = await way.serve(stage, version)
    if (first.exitCode !== 0) throw new Error(`${version} was not deployed: ${first.stderr}${first.stdout}`)
    await untilServes(stage, version)
  }
  return watchDeploy(stage, way, trial)
}

/** The same on a server that serves `from` already. */
export async function watchDeploy(stage: Stage, way: Way, trial: Trial): Promise<Measurement> {
  await using load = await startMixedLoad(`http://${stage.server.address}`, trial.slow)
  await load.waitUntil(({ sent }) => sent >= ratePerSecond / 4)
  const before = await readSshUse(stage.server)
  const cpuBefore = readCpuUse(stage.net)
  const startedAtMs = now()
  const { exitCode, stdout, stderr } = await way.deploy(stage, trial.to)
  const returnedMs = now() - startedAtMs
  const cpu = cpuUseBetween(cpuBefore, readCpuUse(stage.net))
  if (exitCode !== 0 && trial.serves) throw new Error(`${way.title} failed: ${stderr}${stdout.slice(-3000)}`)
  const ssh = sshUseBetween(before, await readSshUse(stage.server))
  if (trial.serves) await load.waitUntil(({ versions }) => versions.includes(trial.to))
  await sleep(trial.serves ? settleMs : brokenMs)
  const { versions, ...counts } = await load.stop()
  const fresh = versions.filter(({ version }) => version === trial.to).map(({ firstAtMs }) => firstAtMs)
  const others = versions.filter(({ version }) => version !== trial.to).map(({ lastAtMs }) => lastAtMs)
  return {
    ...counts,
    returnedMs,
    exitCode,
    aloneMs: fresh.length === 0 ? undefined : Math.max(...fresh, ...others) - startedAtMs,
    servesAfterwards: await versionServing(stage.server.address),
    ssh,
    cpu,
    steps: readSteps(stdout, returnedMs),
  }
}
