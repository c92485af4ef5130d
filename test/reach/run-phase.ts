import { frontName } from '../../src/deploy/model/front.ts'
import type { Outcome } from '../support/load/load-report.ts'
import { changesByHand } from './by-hand.ts'
import { countFailures, longestGapMs } from './count-outcomes.ts'
import { readDrayResult } from './dray-result.ts'
import type { AskedPlace } from './places.ts'
import { describeServing, serves, servingSince } from './serving.ts'
import { containersOf, keepText, runDray, type Site, type SiteContainer } from './site.ts'
import { expectedAt, type Stage } from './stage.ts'
import type { PhaseName, PhaseResult } from './verdict.ts'

/** A run of dray: its arguments, and the versions that serve before it and, if all goes well, after it. */
export type PhaseInput = { phase: PhaseName; args: readonly string[]; from: string; to: string }

/** A phase before its requests are counted: some of them are still under way. */
export type OpenPhase = {
  result: Omit<PhaseResult, 'requests' | 'counts' | 'gapMs'>
  fromMs: number
  toMs: number
  /** Places whose proxy, or dray's front, was there all the time. */
  reloading: ReadonlySet<number>
}

/** Runs dray once and sees what serves then. */
export async function runPhase(stage: Stage, { phase, args, from, to }: PhaseInput): Promise<OpenPhase> {
  const { site, places } = stage
  const before = await containersOf(site)
  const fromMs = Date.now()
  const { exitCode, stdout } = await runDray(site, [...args, '--json'])
  await keepText(site, `${phase}.jsonl`, stdout)
  const endedMs = Date.now()
  const serving = await servingAfter(stage, { sinceMs: endedMs, tag: exitCode === 0 ? to : from })
  const toMs = Date.now()
  const after = await containersOf(site)
  const { causes, failure } = readDrayResult(stdout)
  return {
    fromMs,
    toMs,
    reloading: reloadingPlaces(places, before, after),
    result: {
      phase,
      exitCode,
      durationMs: endedMs - fromMs,
      ...serving,
      stopped: runningServices(before).filter((it) => !runningServices(after).includes(it)),
      touched: touchedThirds(site, before, after),
      changedByHand: phase === 'deploy' && exitCode === 0 ? await changesByHand(site) : [],
      ...(failure !== undefined && { failure }),
      causes,
    },
  }
}

/** Counts what became of a phase's requests, when all of them have ended. */
export function closePhase(
  { result, fromMs, toMs, reloading }: OpenPhase,
  outcomes: readonly Outcome[],
  places: number,
): PhaseResult {
  const sent = outcomes.filter((it) => it.sentAtMs >= fromMs && it.sentAtMs < toMs)
  return {
    ...result,
    requests: sent.length,
    counts: countFailures(sent, { reloading }),
    gapMs: longestGapMs(outcomes, { places, fromMs, toMs }),
  }
}

/** What answers from the end of a run on; some seconds are granted to what starts. */
async function servingAfter(
  { traffic, places }: Stage,
  { sinceMs, tag }: { sinceMs: number; tag: string },
): Promise<Pick<PhaseResult, 'served' | 'isServed'>> {
  const expected = expectedAt(places, tag)
  let served = ''
  for (const fromMs of [sinceMs, sinceMs + 3000, sinceMs + 6000]) {
    await traffic.untilAnswered(fromMs, 4)
    const serving = servingSince(traffic.outcomes, places.length, fromMs)
    served = describeServing(serving)
    if (serves(serving, expected)) return { served, isServed: true }
  }
  return { served, isServed: false }
}

/** One outside the app is there all the time; a front is before the ports that have no other proxy. */
function reloadingPlaces(
  places: readonly AskedPlace[],
  before: readonly SiteContainer[],
  after: readonly SiteContainer[],
): Set<number> {
  const idsOf = (containers: readonly SiteContainer[], service: string): string =>
    containers.flatMap((it) => (it.service === service ? it.id : [])).join()
  const front = idsOf(before, frontName)
  const frontStayed = front !== '' && front === idsOf(after, frontName)
  const proxyStayed = (door: string | undefined): boolean =>
    door === undefined ? frontStayed : idsOf(before, door) === idsOf(after, door)
  return new Set(places.flatMap(({ door }, index) => (proxyStayed(door) ? [index] : [])))
}

function runningServices(containers: readonly SiteContainer[]): string[] {
  return [...new Set(containers.flatMap(({ state, service }) => (state === 'running' ? service : [])))]
}

/** Services that are not the app's own and whose containers are gone. */
function touchedThirds(
  { app }: Site,
  before: readonly SiteContainer[],
  after: readonly SiteContainer[],
): string[] {
  const ids = new Set(after.map(({ id }) => id))
  const own = new Set(app.shape.services.flatMap(({ role, name }) => (role === 'own' ? name : [])))
  const gone = before.filter(({ id, service }) => !own.has(service) && !ids.has(id))
  return [...new Set(gone.map(({ service }) => service))]
}
