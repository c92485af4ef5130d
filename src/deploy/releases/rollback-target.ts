import { DrayError } from '../../errors/dray-error.ts'
import { renderTimeAgo } from '../../shared/time-ago.ts'
import { isSameContent, newestRelease, originalId, releaseNumber, type Release } from '../model/release.ts'

export type TargetQuestion = {
  /** Every recorded release. Failed ones are only in the journal, so they are not targets. */
  releases: readonly Release[]
  /** Id or tag of a release; undefined for the last successful one before the current one. */
  wanted: string | undefined
  /** Milliseconds since the epoch, for the ages in an error message. */
  now: number
}

/**
 * The release to roll back to, always one made by a deploy. Without a name it is the one that served before the current
 * release was first deployed, so a second rollback goes further back instead of undoing the first.
 * Throws RELEASE_UNKNOWN and RELEASE_NONE_EARLIER, which list the possible releases.
 */
export function chooseTarget(question: TargetQuestion): Release {
  return question.wanted === undefined ? lastBefore(question) : named(question, question.wanted)
}

/** Releases to roll back to, newest first. */
export function possibleTargets(releases: readonly Release[]): Release[] {
  return releases
    .filter(({ restores }) => restores === undefined)
    .sort((a, b) => releaseNumber(b.id) - releaseNumber(a.id))
}

function named({ releases, now }: TargetQuestion, wanted: string): Release {
  const targets = possibleTargets(releases)
  const record = releases.find(({ id }) => id === wanted)
  const id = record === undefined ? targets.find(({ tag }) => tag === wanted)?.id : originalId(record)
  const target = targets.find((it) => it.id === id)
  if (target !== undefined) return target
  throw new DrayError(
    'RELEASE_UNKNOWN',
    `Release ${wanted} is not archived on the server, or never succeeded.`,
    {
      hint: hintOf(releases),
      details: { problems: releaseTable(releases, now) },
    },
  )
}

/** A command that puts another release back. */
function hintOf(releases: readonly Release[]): string {
  if (newestRelease(releases) === undefined) return 'Deploy a release first.'
  const target = suggestTarget(releases)
  return target === undefined
    ? 'No other release is archived. Deploy a tag instead: `dray deploy ENVIRONMENT --tag TAG`.'
    : `Choose one of these: \`dray rollback ENVIRONMENT ${target.id}\``
}

/** A release to suggest, never the current one: the one that served before it, else the newest of the others. */
export function suggestTarget(releases: readonly Release[]): Release | undefined {
  const current = newestRelease(releases)
  if (current === undefined) return undefined
  const id = originalId(current)
  return before(id, { releases, current }) ?? possibleTargets(releases).find((it) => it.id !== id)
}

function lastBefore({ releases, now }: TargetQuestion): Release {
  const current = newestRelease(releases)
  const target = current === undefined ? undefined : before(originalId(current), { releases, current })
  if (target !== undefined) return target
  throw new DrayError(
    'RELEASE_NONE_EARLIER',
    current === undefined
      ? 'No release was deployed here yet, so there is nothing to roll back to.'
      : `There is no archived release before ${originalId(current)} to roll back to.`,
    { details: { problems: releaseTable(releases, now) } },
  )
}

/** The newest release that served before `id` and differs from the current one in images or files. */
function before(
  id: string,
  { releases, current }: { releases: readonly Release[]; current: Release },
): Release | undefined {
  const from = releases.find((it) => it.id === id)
  // A record of dray 0.1 does not contain its predecessor.
  const older = possibleTargets(releases).filter((it) => releaseNumber(it.id) < releaseNumber(id))
  const previous = from?.follows === undefined ? older[0] : older.find((it) => it.id === from.follows)
  if (previous === undefined) return undefined
  return isSameContent(previous, current) ? before(previous.id, { releases, current }) : previous
}

/** `r3  v1.2  2 days ago` for each rollback target, in columns. */
export function releaseTable(releases: readonly Release[], now: number): string[] {
  const current = newestRelease(releases)
  const rows = possibleTargets(releases).map((it): [string, string, string] => [
    it.id,
    it.tag ?? '',
    `${renderTimeAgo(now - it.createdAtMs)}${current !== undefined && originalId(current) === it.id ? ', serving' : ''}`,
  ])
  const width = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => row[column].length))
  return rows.map(([id, tag, age]) =>
    [id.padEnd(width(0)), ...(width(1) === 0 ? [] : [tag.padEnd(width(1))]), age].join('  '),
  )
}
