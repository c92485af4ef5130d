import { DrayError } from '../../errors/dray-error.ts'
import { newestRelease, releaseNumber, type Release } from '../../deploy/model/release.ts'
import { releaseTable } from '../../deploy/releases/rollback-target.ts'

/** What is compared: a release with another one, or with the working tree. */
export type Sides = { from: Release; to: Release | 'working-tree' }

/**
 * Without a name what runs is compared with the working tree; one release with what runs; two with each other. A name is an
 * id, its number, or a tag, of which the newest release counts. Throws RELEASE_UNKNOWN with those there are, and NOT_DEPLOYED.
 */
export function chooseSides(question: {
  releases: readonly Release[]
  wanted: readonly [from: string | undefined, to: string | undefined]
  environment: string
  /** Milliseconds since the epoch, for the ages in a refusal. */
  now: number
}): Sides {
  const { releases, wanted, environment, now } = question
  const current = newestRelease(releases)
  if (current === undefined) {
    throw new DrayError('NOT_DEPLOYED', `Nothing was deployed to ${environment} yet.`, {
      hint: `See what a deploy would do: \`dray plan ${environment}\`.`,
    })
  }
  const find = (name: string): Release => {
    const found = releases.find(({ id }) => id === name || id === `r${name}`)
    const tagged = releases.filter(({ tag }) => tag === name)
    const release = found ?? tagged.sort((a, b) => releaseNumber(b.id) - releaseNumber(a.id))[0]
    if (release !== undefined) return release
    throw new DrayError('RELEASE_UNKNOWN', `Release ${name} is not kept on the server, or never worked.`, {
      hint: `Name one of these, by release or tag: \`dray diff ${environment} ${current.id}\``,
      details: { problems: releaseTable(releases, now) },
    })
  }
  const [from, to] = wanted
  if (from === undefined) return { from: current, to: 'working-tree' }
  return { from: find(from), to: to === undefined ? current : find(to) }
}
