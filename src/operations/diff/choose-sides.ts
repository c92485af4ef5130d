import { DrayError } from '../../errors/dray-error.ts'
import { newestRelease, type Release } from '../../deploy/model/release.ts'
import { releaseTable, suggestTarget } from '../../deploy/releases/rollback-target.ts'

/** The two sides of a comparison: a release and another release, or a release and the working tree. */
export type Sides = { from: Release; to: Release | 'working-tree' }

/**
 * Without a name, the current release is compared with the working tree; one release is compared with the current one; two
 * with each other. A name is an id, its number or a tag; a tag means its newest release. Throws NOT_DEPLOYED, and
 * RELEASE_UNKNOWN with a list of releases.
 */
export function chooseSides(question: {
  releases: readonly Release[]
  wanted: readonly [from: string | undefined, to: string | undefined]
  environment: string
  /** Milliseconds since the epoch, for the ages in an error message. */
  now: number
}): Sides {
  const { releases, wanted, environment, now } = question
  const current = newestRelease(releases)
  if (current === undefined) {
    throw new DrayError('NOT_DEPLOYED', `No release was deployed to ${environment} yet.`, {
      hint: `\`dray plan ${environment}\` shows what a deploy would do.`,
    })
  }
  const find = (name: string): Release => {
    const release = findRelease(releases, name)
    if (release !== undefined) return release
    throw new DrayError(
      'RELEASE_UNKNOWN',
      `Release ${name} is not archived on the server, or never succeeded.`,
      {
        hint: `Choose one of these, by release or tag: \`dray diff ${environment} ${(suggestTarget(releases) ?? current).id}\``,
        details: { problems: releaseTable(releases, now) },
      },
    )
  }
  const [from, to] = wanted
  if (from === undefined) return { from: current, to: 'working-tree' }
  return { from: find(from), to: to === undefined ? current : find(to) }
}

/** The release with this id, or with this number, else the newest with this tag; undefined without one. */
export function findRelease(releases: readonly Release[], name: string): Release | undefined {
  const found = releases.find(({ id }) => id === name || id === `r${name}`)
  return found ?? newestRelease(releases.filter(({ tag }) => tag === name))
}
