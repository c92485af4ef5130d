import { worstVerdict } from '../../operations/status/make-status.ts'
import type { KnownHost, Verdict } from '../../operations/status/status.ts'
import { DEPLOYING_PACE_MS, STALE_MS, type EnvironmentView, type Overview } from './model.ts'

/** A mark, a word and a class for each state: the colour repeats what they say. */
const VERDICTS = {
  reading: { mark: '…', word: 'reading', tone: 'quiet' },
  unknown: { mark: '?', word: 'unknown', tone: 'bad' },
  unhealthy: { mark: '✗', word: 'unhealthy', tone: 'bad' },
  drifted: { mark: '!', word: 'drifted', tone: 'warn' },
  'nothing-deployed': { mark: '○', word: 'nothing deployed', tone: 'quiet' },
  deploying: { mark: '↻', word: 'deploying', tone: 'busy' },
  ok: { mark: '✓', word: 'ok', tone: 'good' },
} as const satisfies Record<Verdict | 'reading', Judgement>

/** The state of an environment as it is drawn. */
export type Judgement = { mark: string; word: string; tone: string }

/** What is known about the time: that of the server now, and whether the server answers. */
export type Present = { nowMs: number; isLost: boolean }

/** Whether a status is too old to be shown as present: the server is gone, or has not read a host for a while. */
export function isStale({ readAtMs }: EnvironmentView, { nowMs, isLost }: Present): boolean {
  return isLost || (readAtMs !== undefined && nowMs - readAtMs > STALE_MS)
}

/** The state of an environment; `reading` until every host is known, unless one is bad. */
function verdictOf({ status, reading }: EnvironmentView): Verdict | 'reading' {
  if (status === undefined) return 'reading'
  const isBad = status.verdict === 'unhealthy' || status.verdict === 'unknown'
  return reading.length > 0 && !isBad ? 'reading' : status.verdict
}

/** The state of an environment in a mark and words. One that is no longer present is the last known, and nothing more. */
export function judgeView(view: EnvironmentView, present: Present): Judgement {
  const verdict = verdictOf(view)
  const { mark, tone } = VERDICTS[verdict]
  const words = wordsOf(verdict, view)
  if (verdict === 'reading' || !isStale(view, present)) return { mark, word: words, tone }
  return { mark: '?', word: `last known ${words}`, tone: 'quiet' }
}

/** The word of a verdict, with what the holder of a lock does, and with containers that are not healthy yet. */
function wordsOf(verdict: Verdict | 'reading', { status }: EnvironmentView): string {
  const { word } = VERDICTS[verdict]
  const hosts = (status?.hosts ?? []).filter((host) => host.verdict !== 'unknown')
  const locks = hosts.flatMap(({ lock }) => lock ?? [])
  if (verdict === 'deploying') return activityOf(locks)
  if (verdict === 'unhealthy' && locks.length > 0) return `${word}, ${activityOf(locks)}`
  const isStarting = hosts.some(({ services }) => services.some(({ health }) => health === 'starting'))
  return verdict === 'ok' && isStarting ? `${word}, starting` : word
}

function activityOf(locks: readonly NonNullable<KnownHost['lock']>[]): string {
  const holders = locks.map(({ holder }) => holder)
  if (holders.length > 0 && holders.every((it) => it?.removes === true)) return 'being removed'
  const isTask = holders.length > 0 && holders.every((it) => it?.task !== undefined)
  return isTask ? 'running a task' : VERDICTS.deploying.word
}

/** The title of the page: the worst state first, so that a tab says it. */
export function titleOf(seen: Overview | undefined, present: Present): string {
  if (seen === undefined) return 'dray'
  const known = seen.environments.filter((it) => verdictOf(it) !== 'reading')
  const stale = known.filter((it) => isStale(it, present))
  // What users notice is said first, whatever is not known besides.
  const out = known.filter((it) => !stale.includes(it) && isOut(it))
  const [firstOut] = out
  if (firstOut !== undefined) {
    const { mark, word } = isOutAlone(firstOut) ? judgeView(firstOut, present) : VERDICTS.unhealthy
    return `${mark} ${seen.app}: ${namesOf(out)} ${word}`
  }
  if (stale.length > 0) return `? ${seen.app}: ${namesOf(stale)} not up to date`
  const worst = worstVerdict(known.flatMap((it) => it.status?.verdict ?? []))
  const named = known.filter((it) => it.status?.verdict === worst)
  const [first] = named
  if (first === undefined) return `${seen.app}: dray`
  const reading = seen.environments.filter((it) => !known.includes(it))
  if (reading.length > 0 && WELL.has(worst)) {
    const { mark, word } = VERDICTS.reading
    return `${mark} ${seen.app}: ${word} ${namesOf(reading)}`
  }
  const { mark, word } = judgeView(first, present)
  return `${mark} ${seen.app}: ${namesOf(named)} ${word}`
}

/** They need no attention. */
const WELL: ReadonlySet<Verdict> = new Set(['ok', 'deploying', 'nothing-deployed'])

function namesOf(views: readonly EnvironmentView[]): string {
  return views.map(({ environment }) => environment).join(', ')
}

/** Whether an environment is unhealthy on a host, also if another host does not answer. */
function isOut({ status }: EnvironmentView): boolean {
  return status?.verdict === 'unhealthy' || (status?.hosts.some((it) => it.verdict === 'unhealthy') ?? false)
}

function isOutAlone({ status }: EnvironmentView): boolean {
  return status?.verdict === 'unhealthy'
}

/** Read aloud when it changes. */
export function announcementOf(seen: Overview | undefined, present: Present): string {
  const known = seen?.environments.filter((it) => verdictOf(it) !== 'reading') ?? []
  return known.map((it) => `${it.environment}: ${judgeView(it, present).word}.`).join(' ')
}

/**
 * Differs when there is something new to read about the deploys of an environment: during a deploy, once in the time between two looks
 * at a host, however many hosts there are.
 * Undefined until every host was read.
 */
export function changesOf(view: EnvironmentView | undefined): string | undefined {
  if (view?.status === undefined || view.reading.length > 0) return undefined
  const { hosts } = view.status
  const isLocked = hosts.some((host) => 'lock' in host)
  const seen = hosts.map((host) => ('release' in host ? host.release?.id : host.verdict))
  return JSON.stringify([
    seen,
    isLocked ? Math.floor((view.readAtMs ?? 0) / DEPLOYING_PACE_MS) : view.journalBytes,
  ])
}
