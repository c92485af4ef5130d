import type { DirectorySurvey } from './removal-host.ts'
import type { GoingThing, RemovalWish, StayingThing } from './removal-plan.ts'

/** What a removal knows of the app's directory. */
export type DirectoryFacts = {
  /** Hashes of the files of the release, by path. */
  files: Readonly<Record<string, string>>
  survey: DirectorySurvey
  /** The directory is that of the app's files on this machine. */
  isSource: boolean
}

/** Something that goes, or stays for a reason. */
export type Judged = GoingThing & { stays?: string | undefined }

/** Decides which files of the app's directory go, and whether dray's records do. Pure. */
export function judgeDirectory(facts: DirectoryFacts, wish: RemovalWish): Judged[] {
  const { files, survey } = facts
  const records: GoingThing[] = survey.hasRecords ? [{ kind: 'records', name: '.dray', ids: [] }] : []
  return [
    ...Object.entries(files).flatMap(([file, hash]) => judgeFile(file, hash, facts)),
    ...survey.envFiles.map((name): Judged => ({
      ...fileOf(name),
      ...(wish.env ? {} : { stays: 'removed only with --env' }),
    })),
    ...records,
  ]
}

/** The judged things that go. */
export function goingOf(judged: readonly Judged[]): GoingThing[] {
  return judged.flatMap(({ stays, ...it }) => (stays === undefined ? [it] : []))
}

/** The judged things that stay, and what a removal never takes from the directory. */
export function stayingOf(
  judged: readonly Judged[],
  { hasAdopted }: Pick<DirectorySurvey, 'hasAdopted'>,
): StayingThing[] {
  return [
    ...judged.flatMap(({ kind, name, stays }): StayingThing[] =>
      stays === undefined || kind === 'records' ? [] : [{ kind, name, reason: stays }],
    ),
    ...(hasAdopted
      ? [{ kind: 'file' as const, name: '.dray/adopted', reason: 'copies of your files that dray replaced' }]
      : []),
  ]
}

function judgeFile(file: string, hash: string, { survey, isSource }: DirectoryFacts): Judged[] {
  const found = survey.hashes.get(file)
  if (found === undefined) return []
  const why = (): string | undefined => {
    if (survey.outside.includes(file.replace(/[^/]*$/, ''))) return 'a link leads out of the directory'
    if (found !== hash) return 'changed by hand'
    if ((isSource || survey.isCheckout) && !survey.written.includes(file))
      return 'this is also the directory of the source'
    return undefined
  }
  return [{ ...fileOf(file), stays: why() }]
}

function fileOf(name: string): GoingThing {
  return { kind: 'file', name, ids: [] }
}
