import { DrayError } from '../../errors/dray-error.ts'
import { renderTimeAgo } from '../../shared/time-ago.ts'
import { isSameContent, newestRelease, originalId, releaseNumber, type Release } from '../model/release.ts'

export type TargetQuestion = {
  /** Every release on record. Failed ones are in the journal only, so they are no targets. */
  releases: readonly Release[]
  /** Id or tag of a release; undefined for the last that worked before the current one. */
  wanted: string | undefined
  /** Milliseconds since the epoch, for the ages in a refusal. */
  now: number
}

/**
 * The release to go back to, always one that a deploy made. Without a name it is the one that served before the current
 * release was first deployed, so that a second rollback goes further back, never to and fro.
 * Throws RELEASE_UNKNOWN and RELEASE_NONE_EARLIER, which list those there are.
 */
export function chooseTarget(question: TargetQuestion): Release {
  return question.wanted === undefined ? lastBefore(question) : named(question, question.wanted)
}

/** Releases that can be rolled back to, newest first. */
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
  throw new DrayError('RELEASE_UNKNOWN', `Release ${wanted} is not kept on the server, or never worked.`, {
    hint:
      targets.length === 0
        ? 'Deploy something first.'
        : `Name one of these: \`dray rollback ENVIRONMENT ${targets[0]?.id ?? ''}\``,
    details: { problems: releaseTable(releases, now) },
  })
}

function lastBefore({ releases, now }: TargetQuestion): Release {
  const current = newestRelease(releases)
  const target = current === undefined ? undefined : before(originalId(current), { releases, current })
  if (target !== undefined) return target
  throw new DrayError(
    'RELEASE_NONE_EARLIER',
    current === undefined
      ? 'Nothing was deployed here yet, so there is nothing to go back to.'
      : `There is no kept release from before ${originalId(current)} to go back to.`,
    { details: { problems: releaseTable(releases, now) } },
  )
}

/** The newest release that served before `id` and is another than the current one in images or files. */
function before(
  id: string,
  { releases, current }: { releases: readonly Release[]; current: Release },
): Release | undefined {
  const from = releases.find((it) => it.id === id)
  // A record of dray 0.1 does not say what it follows.
  const older = possibleTargets(releases).filter((it) => releaseNumber(it.id) < releaseNumber(id))
  const previous = from?.follows === undefined ? older[0] : older.find((it) => it.id === from.follows)
  if (previous === undefined) return undefined
  return isSameContent(previous, current) ? before(previous.id, { releases, current }) : previous
}

/** `r3  v1.2  2 days ago` for each that can be gone back to, aligned. */
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
