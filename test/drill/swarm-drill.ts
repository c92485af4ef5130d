import { setTimeout } from 'node:timers/promises'
import { readDeployResult } from '../support/app/deploy-result.ts'
import { nodeNames, type NodeName, type SwarmApp } from '../support/app/swarm-app.ts'
import { readSwarmStatus } from '../support/app/swarm-status.ts'
import { underLoad } from '../support/app/under-load.ts'
import { chooseMoment, watchFor } from './moment.ts'
import { createRandom } from './random.ts'

/** How a node of a swarm is lost, and how it comes back. */
const losses = {
  'line cut': { lose: 'cutLine', mend: 'mendLine' },
  'Engine stopped': { lose: 'stopEngine', mend: 'startEngine' },
  'Engine killed': { lose: 'killEngine', mend: 'startEngine' },
} as const
const lossNames = Object.keys(losses) as (keyof typeof losses)[]

export type SwarmDrill = { seed: number; from: string; to: string }

export type SwarmDrillResult = {
  drill: SwarmDrill
  node: NodeName
  loss: string
  /** How many of the app's tasks ran on the node before, of how many; those of the proxy are on m1. */
  tasksThere: string
  /** `before the plan`, the kind of a step, or undefined if the run ended before. */
  struck: string | undefined
  /** Exit code of the struck run, and the code of its failure. */
  ended: string
  /** The same of the next run, and whether the node was still lost then. */
  next: string
  isNextWithout: boolean
  failed: number
  requests: number
  problems: readonly string[]
  durationMs: number
}

/**
 * Loses a random node at a random moment of a deploy, checks that the tasks are those that the run said, and has the next run put the
 * release in place: while the node is lost, or, of the manager that dray talks to, when it is back. Then the node comes back, and
 * everything must be as if nothing had happened.
 */
export async function runSwarmDrill(drill: SwarmDrill, swarm: SwarmApp): Promise<SwarmDrillResult> {
  const { app, server } = swarm
  const { seed, from, to } = drill
  const startedAtMs = Date.now()
  const random = createRandom(seed)
  const node = random.pick(nodeNames)
  const loss = random.pick(lossNames)
  const moment = chooseMoment(random)
  const asked: NodeName = node === 'm1' ? 'm3' : 'm1'
  const problems: string[] = []
  const images = await imagesOf(swarm, 'm1')
  const before = [...images][0] ?? ''
  const tasks = await swarm.tasks()
  const tasksThere = `${tasks.filter((it) => it.node === node).length} of ${tasks.length}`
  let struck: string | undefined
  let losing: Promise<void> | undefined
  let hasEnded = false

  const { result, report } = await underLoad(app, { connections: 0 }, async () => {
    const running = app.startDray(['deploy', 'test', '--tag', to, '--json'], {
      timeoutMs: RUN_MS,
      onLine: watchFor(moment, random, (step) => {
        if (hasEnded) return
        struck = step
        losing = server(node)[losses[loss].lose]()
      }),
    })
    const ended = readDeployResult(await running.done)
    hasEnded = true
    await losing
    return ended
  })
  const { exitCode, failure } = result
  // A run that ended well, was undone, or changed nothing has said what runs; the others need a person.
  const wanted = result.plan?.images.find(({ service }) => service === 'backend')
  const released = wanted === undefined ? '' : `${wanted.name}@${wanted.digest}`
  const claimed = exitCode === 0 ? released : exitCode < 4 ? before : undefined
  if (claimed !== undefined) {
    const now = await imagesOf(swarm, asked)
    if (now.size !== 1 || !now.has(claimed))
      problems.push(`${from} to ${to} ended with ${exitCode}, and these run: ${[...now].join(', ')}`)
  }

  const mend = async (): Promise<void> => {
    if (struck !== undefined) await server(node)[losses[loss].mend]()
    await waitUntil('all nodes to be ready', async () => {
      const states = await server('m3').docker('node', 'ls', '--format', '{{.Status}} {{.ManagerStatus}}')
      return !/Down|Unknown|Unreachable/.test(states)
    })
  }
  const isNextWithout = struck !== undefined && node !== 'm1'
  if (!isNextWithout) await mend()
  const deploy = async () =>
    readDeployResult(await app.dray(['deploy', 'test', '--tag', to, '--json'], { timeoutMs: RUN_MS }))
  const next = await deploy()
  if (next.exitCode !== 0)
    problems.push(`the next run ended with ${codeOf(next.exitCode, next.failure?.code)}`)
  if (isNextWithout) {
    await mend()
    // The node lacks the images of what was deployed without it, and `dray status` says so, with this as the remedy.
    const { exitCode: code, failure: reason } = await deploy()
    if (code !== 0) problems.push(`the run with all nodes ended with ${codeOf(code, reason?.code)}`)
  }
  await waitUntil('a good status', async () => (await readSwarmStatus(app)).host.verdict === 'ok').catch(
    async () => problems.push(`status: ${JSON.stringify((await readSwarmStatus(app)).host.drift)}`),
  )
  const last = await imagesOf(swarm, 'm1')
  if (last.size !== 1) problems.push(`at the end these run: ${[...last].join(', ')}`)
  await waitUntil(`${to} to answer`, async () => (await app.version()) === to).catch(() => {
    problems.push(`at the end ${to} does not answer`)
  })
  return {
    drill,
    node,
    loss,
    tasksThere,
    struck,
    ended: codeOf(exitCode, failure?.code),
    next: `${codeOf(next.exitCode, next.failure?.code)}${next.plan?.unchanged === true ? ', unchanged' : ''}`,
    isNextWithout,
    failed: report.failed,
    requests: report.sent,
    problems,
    durationMs: Date.now() - startedAtMs,
  }
}

/** Images of the tasks that Swarm wants to run; the other managers may still elect a leader. */
async function imagesOf({ tasks }: SwarmApp, asked: NodeName): Promise<Set<string>> {
  let found = new Set<string>()
  await waitUntil('a manager to answer', async () => {
    found = new Set((await tasks('backend', asked)).map(({ image }) => image.replace(/:[^@:]+@/, '@')))
    return true
  })
  return found
}

/** Longer than a run takes that waits for a task on a lost node, in vain, and then for its undo. */
const RUN_MS = 400_000
const PATIENCE_MS = 180_000

/** Asks every second, also after a failure. Throws after three minutes. */
async function waitUntil(what: string, holds: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + PATIENCE_MS
  let last: unknown
  for (;;) {
    const isGood = await holds().catch((error: unknown) => {
      last = error
      return false
    })
    if (isGood) return
    if (Date.now() > untilMs) throw new Error(`Waited in vain for ${what}.`, { cause: last })
    await setTimeout(1_000)
  }
}

function codeOf(exitCode: number, code: string | undefined): string {
  return code === undefined ? `${exitCode}` : `${exitCode} ${code}`
}

/** The results as a table of Markdown. */
export function renderSwarmDrills(results: readonly SwarmDrillResult[]): string {
  const rows = results.map(
    ({ drill, node, loss, tasksThere, struck, ended, next, isNextWithout, failed, requests, problems }) => [
      `${drill.seed}`,
      `${node}: ${loss}`,
      tasksThere,
      struck ?? 'not struck',
      ended,
      `${next}${isNextWithout ? ', without the node' : ''}`,
      `${failed} of ${requests}`,
      problems.length === 0 ? 'none' : problems.join('; '),
    ],
  )
  const head = ['seed', 'lost', 'tasks there', 'at', 'run', 'next run', 'failed requests', 'problems']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
