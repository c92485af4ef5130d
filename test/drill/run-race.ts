import { readDeployResult } from '../support/app/deploy-result.ts'
import { underLoad } from '../support/app/under-load.ts'
import { findProblems, versionOf } from './check-after.ts'
import { chooseMoment, watchFor } from './moment.ts'
import { createRandom, type Random } from './random.ts'
import { atRandom, attempt, type Attempt, type RaceScene, type Rival } from './rivals.ts'
import { tags, type Stage } from './stage.ts'

export type Race = { rival: Rival; seed: number }

export type RaceResult = {
  race: Race
  /** Exit codes of the runs of dray on the app. */
  exitCodes: readonly number[]
  /** Of what they failed with. */
  failureCodes: readonly string[]
  failed: number
  requests: number
  problems: readonly string[]
  durationMs: number
}

/** What exits with 3 because of the other run, and has touched nothing. */
const refusals = ['LOCK_HELD', 'RELEASE_NONE_EARLIER']

/**
 * Lets a rival work on the server while a deploy runs, at a random moment of it, and checks that one whole release is in
 * place after, the one that the exit codes tell. A deploy that a person made fail is run once more. Both apps of the server
 * get requests all the while.
 */
export async function runRace(race: Race, stages: { stage: Stage; neighbour: Stage }): Promise<RaceResult> {
  const startedAtMs = Date.now()
  const { app } = stages.stage
  const neighbour = stages.neighbour.app
  const load = { connections: 0 }
  const { result: ours, report: next } = await underLoad(neighbour, { ...load, ratePerSecond: 50 }, () =>
    underLoad(app, { ...load, ratePerSecond: 50 }, () => raceAndLook(race, stages)),
  )
  const { result, report } = ours
  const lost = [
    ...(race.rival.replaces === true ? [] : [['', report] as const]),
    ['of the other app ', next] as const,
  ]
  return {
    race,
    ...result,
    failed: report.failed + next.failed,
    requests: report.sent + next.sent,
    problems: [
      ...result.problems,
      ...lost
        .filter(([, { failed }]) => failed > 0)
        .map(
          ([whose, { failed, reasons }]) => `${failed} requests ${whose}failed: ${JSON.stringify(reasons)}`,
        ),
    ],
    durationMs: Date.now() - startedAtMs,
  }
}

async function raceAndLook(
  { rival, seed }: Race,
  { stage, neighbour }: { stage: Stage; neighbour: Stage },
): Promise<Pick<RaceResult, 'exitCodes' | 'failureCodes' | 'problems'>> {
  const { app } = stage
  const random = createRandom(seed)
  const from = (await versionOf(app)) ?? 'nothing'
  const others = tags.filter((tag) => tag !== from)
  const to = random.pick(others)
  const third = others.find((tag) => tag !== to) ?? to
  const args = ['deploy', 'test', '--tag', to, '--json']
  const scene = { app, neighbour: neighbour.app, third, random }
  const { attempts, problems } = await race(rival, args, to, scene)
  problems.push(...attempts.flatMap((it) => findLie(it, rival)))
  const served = await versionOf(app)
  const winner = attempts.findLast(({ exitCode }) => exitCode === 0)
  // Who replaced the containers by hand moved the app on, whatever dray undid.
  const mayBeOn = attempts.some(({ exitCode }) => exitCode === 4 || (exitCode === 1 && rival.replaces))
  const expected = winner?.tag ?? from
  if (served !== expected && !(mayBeOn && served === to))
    problems.push(`${served ?? 'nothing'} answered, not ${expected}`)
  const mustRepeat = rival.is === 'person' && winner === undefined
  if (mustRepeat) {
    const again = readDeployResult(await app.dray(args))
    if (again.exitCode !== 0)
      problems.push(`the second run ended with ${again.exitCode}: ${JSON.stringify(again.failure)}`)
  }
  problems.push(...(await findProblems(app, { tag: mustRepeat ? to : expected, before: stage.before })))
  const next = (await versionOf(neighbour.app)) ?? 'nothing'
  const nextProblems = await findProblems(neighbour.app, { tag: next, before: neighbour.before })
  problems.push(...nextProblems.map((problem) => `of the other app: ${problem}`))
  return {
    exitCodes: attempts.map(({ exitCode }) => exitCode),
    failureCodes: attempts.flatMap(({ failure }) => failure?.code ?? []),
    problems,
  }
}

/** Runs both, and gives what runs of dray's on the app told, in the order in which they ended. */
async function race(
  rival: Rival,
  args: readonly string[],
  to: string,
  scene: RaceScene,
): Promise<{ attempts: Attempt[]; problems: string[] }> {
  const { app, random } = scene
  let begin = (): void => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  // Who fights for the lock comes early, half of the time.
  const isEarly = rival.is === 'dray' && random.fraction() < 0.5
  if (isEarly) void atRandom(random, 1_500).then(begin)
  const watch = watchFor(chooseMoment(random), random, begin)
  const first = attempt(app, args, to, isEarly ? undefined : watch)
  const second = Promise.race([begun, first]).then(() => rival.act(scene))
  const ended = await Promise.allSettled([first, second])
  return {
    attempts: ended
      .flatMap((it) => (it.status === 'fulfilled' && it.value !== undefined ? [it.value] : []))
      .sort((a, b) => a.endedAtMs - b.endedAtMs),
    problems: ended.flatMap((it) => (it.status === 'rejected' ? [String(it.reason)] : [])),
  }
}

/** An exit code that cannot be true. */
function findLie({ exitCode, failure, tag }: Attempt, rival: Rival): string[] {
  if (exitCode === 0) return []
  if (exitCode === 3 && refusals.includes(failure?.code ?? '')) return []
  if (rival.is === 'person' && [1, 3, 4].includes(exitCode)) return []
  return [`the run for ${tag} ended with ${exitCode}: ${JSON.stringify(failure)}`]
}

/** Rivals take turns; each race begins with what the one before it left in place. */
export function makeRaces(options: { races: number; seed: number; rivals: readonly Rival[] }): Race[] {
  const random: Random = createRandom(options.seed)
  return Array.from({ length: options.races }, (_, index) => options.rivals[index % options.rivals.length])
    .filter((rival) => rival !== undefined)
    .map((rival) => ({ rival, seed: Math.floor(random.fraction() * 2 ** 31) }))
}
