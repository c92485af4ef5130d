import type { TestServer } from '../support/net/server.ts'
import type { TestNet } from '../support/net/test-net.ts'
import { restoreByHand, startByHand } from './by-hand.ts'
import { chooseFailure } from './choose-failure.ts'
import { makeApp } from './make-app.ts'
import { placesOf } from './places.ts'
import { closePhase, runPhase, type OpenPhase, type PhaseInput } from './run-phase.ts'
import type { Shape } from './shape.ts'
import { keepText, openSite, publishVersion, type SiteOptions } from './site.ts'
import { untilServes, type Stage } from './stage.ts'
import { startTraffic } from './traffic.ts'
import { judge, type PhaseResult, type Verdict } from './verdict.ts'

export type ShapeResult = {
  id: string
  proxy: string
  /** How many of its services are its own, and how many places are asked. */
  own: number
  asked: number
  verdict: Verdict
  phases: readonly PhaseResult[]
  durationMs: number
  /** The most that a request was sent late: how busy the machine was. */
  latestSendMs?: number
  /** What went wrong with the measurement itself. */
  error?: string
}

/** Does to an app of a shape what its people will do to it, under load, and judges what came of it. Never rejects. */
export async function runShape(shape: Shape, options: SiteOptions): Promise<ShapeResult> {
  const { net, server } = options
  const startedAtMs = Date.now()
  const app = makeApp(shape)
  const own = shape.services.filter(({ role }) => role === 'own').length
  const facts = { id: shape.id, proxy: shape.proxy, own, asked: app.layout.asked.length }
  const open: OpenPhase[] = []
  const { places, fromServer } = placesOf(app, server.address)
  try {
    await using site = await openSite(
      { ...options, front: options.front === true && app.layout.place === 'none' },
      app,
    )
    const v1 = { tag: 'v1', behaviour: 'well' } as const
    await publishVersion(site, v1)
    await startByHand(site, v1)
    await using traffic = await startTraffic(places, fromServer ? inside(net, server) : [])
    const stage: Stage = { net, server, site, places, traffic }
    await untilServes(stage, 'v1')
    await runPhases(stage, open)
    const { latestSendMs } = await traffic.stop()
    const failed = traffic.outcomes.filter(({ reason }) => reason !== undefined)
    await keepText(site, 'failed.jsonl', failed.map((it) => `${JSON.stringify(it)}\n`).join(''))
    const phases = open.map((phase) => closePhase(phase, traffic.outcomes, places.length))
    const verdict = judge(phases, places.length > 0)
    return { ...facts, verdict, phases, latestSendMs, durationMs: Date.now() - startedAtMs }
  } catch (error) {
    const phases = open.map((phase) => closePhase(phase, [], places.length))
    const text = error instanceof Error ? error.message : String(error)
    return { ...facts, verdict: 'crashed', phases, durationMs: Date.now() - startedAtMs, error: text }
  }
}

/** What a program is started with, to send from the server's own network. */
function inside(net: TestNet, { name }: TestServer): string[] {
  const machine = net.facts.servers.find((it) => it.name === name)
  return ['nsenter', '-t', String(machine?.pid), '-n']
}

/** Adopt what runs, deploy the next version, a broken one, and go back; a site that is down is started again in between. */
async function runPhases(stage: Stage, open: OpenPhase[]): Promise<void> {
  const { site } = stage
  const run = async (input: PhaseInput): Promise<number> => {
    const phase = await runPhase(stage, input)
    open.push(phase)
    if (!phase.result.isServed) await restoreByHand(stage)
    return phase.result.exitCode
  }
  // A tag selects nothing in an app without an image of its own.
  const hasOwn = site.app.shape.services.some(({ role }) => role === 'own')
  const deploy = (tag: string): string[] => ['deploy', 'test', ...(hasOwn ? ['--tag', tag] : [])]
  const adopted = await run({ phase: 'adopt', args: [...deploy('v1'), '--adopt'], from: 'v1', to: 'v1' })
  await publishVersion(site, { tag: 'v2', behaviour: 'well' })
  const adopt = adopted === 0 ? [] : ['--adopt']
  const deployed = await run({ phase: 'deploy', args: [...deploy('v2'), ...adopt], from: 'v1', to: 'v2' })
  const now = deployed === 0 ? 'v2' : 'v1'
  await publishVersion(site, { tag: 'v3', behaviour: chooseFailure(site.app) })
  await run({ phase: 'broken', args: deploy('v3'), from: now, to: 'v3' })
  if (now === 'v1') return
  await run({ phase: 'rollback', args: ['rollback', 'test', hasOwn ? 'v1' : 'r1'], from: 'v2', to: 'v1' })
}
