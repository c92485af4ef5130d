import { specCompose } from '../support/app/spec-compose.ts'
import { readDeployResult } from '../support/app/deploy-result.ts'
import { TestApp } from '../support/app/test-app.ts'
import { underLoad } from '../support/app/under-load.ts'
import type { TestNet } from '../support/net/test-net.ts'
import { untilServed, versionOf } from './check-after.ts'
import type { FleetFault } from './fleet-faults.ts'
import { chooseMoment, watchFor } from './moment.ts'
import { createRandom } from './random.ts'
import { tags } from './stage.ts'

/** The same app on two servers, as seen on each; the first one's directory on the client is deployed from. */
export type Fleet = { apps: readonly [TestApp, TestApp] }

export type FleetDrillResult = {
  fault: FleetFault
  seed: number
  /** `before the plan`, or the kind of the step that was struck. */
  struck: string | undefined
  exitCode: number
  /** The code of the failure, if any. */
  code: string | undefined
  /** What answered afterwards on the host that was not struck. */
  otherServed: 'old' | 'new' | 'other'
  /** Failed requests to the host that was not struck, and to both if the fault does not hurt the app. */
  failed: number
  requests: number
  problems: readonly string[]
  durationMs: number
}

/** The specification's app on both servers of the network, with its first version in place. */
export async function makeFleet(net: TestNet): Promise<AsyncDisposable & Fleet> {
  const servers = [net.server('srv1'), net.server('srv2')] as const
  const shared = { net, name: 'fleet', files: { 'docker-compose.yml': specCompose(80) } }
  const second = await TestApp.make({ ...shared, server: servers[1] })
  const first = await TestApp.make({
    ...shared,
    server: servers[0],
    config: {
      tasks: { migrate: { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' } },
      keep: 2,
    },
    environment: { host: undefined, hosts: servers.map(({ sshTarget }) => sshTarget) },
  })
  await first.mustDeploy(tags[0])
  const dispose = async () => {
    await Promise.all([first, second].map((it) => it[Symbol.asyncDispose]()))
  }
  return { apps: [first, second], [Symbol.asyncDispose]: dispose }
}

/**
 * Loses one host at a random moment of a deploy from `from` to `to`, checks what the other one serves and what the run said, and has
 * a second run bring both to the same release. Requests are sent to both all the while.
 */
export async function runFleetDrill(
  { fault, seed, from, to }: { fault: FleetFault; seed: number; from: string; to: string },
  { apps }: Fleet,
): Promise<FleetDrillResult> {
  const startedAtMs = Date.now()
  const random = createRandom(seed)
  const victimIndex = random.pick([0, 1] as const)
  const load = { ratePerSecond: 25, connections: 0 }
  const drill = { fault, from, to, random, victimIndex, apps }
  const { result: inner, report: first } = await underLoad(apps[0], load, () =>
    underLoad(apps[1], load, () => strikeAndRepair(drill)),
  )
  const { result, report: second } = inner
  const counted = [first, second].filter((_, index) => !fault.hurtsApp || index !== victimIndex)
  const failed = counted.reduce((sum, report) => sum + report.failed, 0)
  const reasons = counted.map((report) => JSON.stringify(report.reasons)).join(' ')
  return {
    fault,
    seed,
    ...result,
    failed,
    requests: first.sent + second.sent,
    problems: [...result.problems, ...(failed === 0 ? [] : [`${failed} requests failed: ${reasons}`])],
    durationMs: Date.now() - startedAtMs,
  }
}

type Struck = Pick<FleetDrillResult, 'struck' | 'exitCode' | 'code' | 'otherServed' | 'problems'>

async function strikeAndRepair({
  fault,
  from,
  to,
  random,
  victimIndex,
  apps,
}: {
  fault: FleetFault
  from: string
  to: string
  random: ReturnType<typeof createRandom>
  victimIndex: 0 | 1
  apps: Fleet['apps']
}): Promise<Struck> {
  const [app] = apps
  const victim = apps[victimIndex].server
  const other = apps[victimIndex === 0 ? 1 : 0]
  let struck: string | undefined
  let striking: Promise<void> | undefined
  let hasEnded = false
  const running = app.startDray(['deploy', 'test', '--tag', to, '--json'], {
    onLine: watchFor(chooseMoment(random), random, (step) => {
      if (hasEnded) return
      struck = step
      striking = fault.strike(victim)
    }),
  })
  const ended = await running.done
  hasEnded = true
  await striking
  const { exitCode, failure } = readDeployResult(ended)
  const problems: string[] = []
  const served = await versionOf(other)
  const otherServed = served === from ? 'old' : served === to ? 'new' : 'other'
  if (otherServed === 'other') problems.push(`${served ?? 'nothing'} answered on the other host`)
  if (exitCode === 0 && otherServed !== 'new') problems.push('it said 0, and the old release answered')
  if ((exitCode === 1 || exitCode === 3) && otherServed !== 'old')
    problems.push(`it said ${exitCode}, and the new release answered`)
  await fault.repair?.(victim)
  const again = readDeployResult(await app.dray(['deploy', 'test', '--tag', to, '--json', '--wait', '60s']))
  if (again.exitCode !== 0)
    problems.push(`the second run ended with ${again.exitCode}: ${JSON.stringify(again.failure)}`)
  problems.push(...(await findDifferences(apps, to)))
  return { struck, exitCode, code: failure?.code, otherServed, problems }
}

/** What differs between the hosts after the second run. */
async function findDifferences(apps: Fleet['apps'], to: string): Promise<string[]> {
  const problems: string[] = []
  for (const app of apps) {
    const served = await untilServed(app)
    if (served !== to) problems.push(`${served ?? 'nothing'} answers on ${app.server.name}, not ${to}`)
    const services = (await app.containers()).map(({ service, state }) => `${service} ${state}`).join(', ')
    if (services !== 'backend running, frontend running, nginx running')
      problems.push(`containers on ${app.server.name}: ${services}`)
  }
  const newest = await Promise.all(
    apps.map(async ({ server, path }) => {
      const { stdout } = await server.run(['sh', '-c', `ls ${path}/.dray/releases | sort -V | tail -n 1`])
      return stdout.trim()
    }),
  )
  if (newest[0] !== newest[1]) problems.push(`the current releases are ${newest.join(' and ')}`)
  const status = await apps[0].dray(['status', 'test', '--exit-code'])
  if (status.exitCode !== 0) problems.push(`status says ${status.exitCode}: ${status.stdout}`)
  return problems
}
