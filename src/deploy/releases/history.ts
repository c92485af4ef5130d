import type { JournalEntry } from '../model/lock.ts'
import { compareRecords, differing, readChanges, type AttemptChanges } from './attempt-changes.ts'
import type { ArchiveContents } from './release-archive.ts'
import {
  newestRelease,
  readCommit,
  readDeployer,
  releaseNumber,
  type Deployer,
  type Release,
  type SourceCommit,
} from '../model/release.ts'

/** One attempt to deploy or roll back, read from records and journal. Unknown fields are undefined. */
export type Attempt = {
  /** The release that was made, or would have been. */
  release: string
  tag: string | undefined
  commit: SourceCommit | undefined
  /** For a rollback: the release it was to put back. */
  restores: { release: string; tag: string | undefined } | undefined
  /** Milliseconds since the epoch. */
  startedAtMs: number
  durationMs: number | undefined
  by: Deployer | undefined
  outcome:
    | { kind: 'deployed' }
    /** `step`: the kind of the step that failed, with the task's name; `reason` is one sentence. */
    | { kind: 'failed'; code: string | undefined; reason: string | undefined; step: string | undefined }
    /** It was killed, or is under way; `isKilled`: the first, as the lock is free, or another command held it since. */
    | { kind: 'unfinished'; isKilled?: true }
  /** Requests that dray sent to the app during the deploy, and how many failed; undefined without a probe. */
  requests: { sent: number; failed: number } | undefined
  /** As far as they are in the journal that was read. */
  steps: readonly StepTime[]
  /** Every step that the attempt was to take, under the same condition; empty in a journal of an older dray. */
  plan: readonly PlannedStep[]
  /** The probe's counts over time, under the same condition; those of several hosts are in the journal of the first. */
  samples: readonly ProbeSample[]
  /** The release that served when it began; undefined if none did, or in a journal of an older dray. */
  replaces: string | undefined
  /** When the undoing of a failed attempt began and ended. */
  undo: { startedAtMs: number; endedAtMs: number | undefined } | undefined
  /** The hosts that were lost during it, as far as this host's journal has them; undefined without one. */
  lost: readonly string[] | undefined
  /** The hosts that were left out of it; undefined without any. */
  leftOut: readonly string[] | undefined
  /** The release of the other hosts that it brought to this one, and the host whose record it was taken from. */
  joins: { release: string; from: string } | undefined
  /** Services whose image differs from the release that served before; undefined if unknown. */
  imagesChanged: readonly string[] | undefined
  /** What else differs, too, in numbers; undefined if unknown, as in a journal of an older dray whose records are not archived. */
  changes: AttemptChanges | undefined
  /** Whether it is archived, so that a rollback to it is possible. */
  isArchived: boolean
  isCurrent: boolean
}

/** A step of the plan of one host. */
export type PlannedStep = { id: number; kind: string; title: string }

/** How many requests the probe had sent, and how many of them had failed. */
export type ProbeSample = { atMs: number; requests: number; failures: number }

/** A step of an attempt; those that undo others are not recorded. */
export type StepTime = {
  /** Its number in the plan. */
  id: number
  kind: string
  /** The task of a `run-task`. */
  task?: string
  /** Milliseconds since the epoch. */
  startedAtMs: number
  /** Undefined if it was interrupted, or is under way. */
  durationMs: number | undefined
  outcome: 'done' | 'failed' | 'cancelled' | 'unfinished'
}

/** The last attempts, newest first. */
export function readHistory(
  { releases, journal, isLockFree = false }: ArchiveContents,
  limit: number,
): Attempt[] {
  const current = newestRelease(releases)?.id
  const entries = new Map<string, JournalEntry[]>()
  for (const entry of journal) entries.set(entry.release, [...(entries.get(entry.release) ?? []), entry])
  const records = new Map(releases.map((release) => [release.id, release]))
  const ids = [...new Set([...entries.keys(), ...records.keys()])].sort(
    (a, b) => releaseNumber(a) - releaseNumber(b),
  )
  const attempts: Attempt[] = []
  const tags = new Map<string, string | undefined>()
  let serving: { images: Images | undefined; record: Release | undefined } | undefined
  for (const id of ids) {
    const told = readAttempt(entries.get(id) ?? [], records.get(id))
    const { images, restores, changes, ...facts } = told
    // Only the holder of the lock writes to the journal.
    if (facts.outcome.kind === 'unfinished' && (isLockFree || journal.at(-1)?.release !== id))
      facts.outcome = { kind: 'unfinished', isKilled: true }
    const record = records.get(id)
    tags.set(id, facts.tag)
    attempts.push({
      release: id,
      ...facts,
      restores:
        restores === undefined ? undefined : { release: restores, tag: tags.get(restores) ?? facts.tag },
      imagesChanged: images && serving?.images && differing(images, serving.images),
      changes: changes ?? (record && serving?.record && compareRecords(serving.record, record)),
      isArchived: record !== undefined && record.restores === undefined,
      isCurrent: id === current,
    })
    if (facts.outcome.kind === 'deployed') serving = { images, record }
  }
  return attempts.reverse().slice(0, limit)
}

/** `repo@sha256:…` by service. */
type Images = Readonly<Record<string, string>>

type Told = Omit<Attempt, 'release' | 'restores' | 'imagesChanged' | 'isArchived' | 'isCurrent'> & {
  restores: string | undefined
  images: Images | undefined
}

/** A host that joins others repeats the number of their release: only its last attempt counts. */
function readAttempt(all: readonly JournalEntry[], record: Release | undefined): Told {
  const last = all.findLastIndex(({ event }) => event === 'deploy.started')
  const entries = all.slice(Math.max(0, last))
  const started = entries.find(({ event }) => event === 'deploy.started')
  const planned = entries.find(({ event }) => event === 'plan.made')
  const changed = entries.find(({ event }) => event === 'deploy.changes')
  const finished = entries.find(({ event }) => event === 'deploy.finished')
  const recorded =
    record && Object.fromEntries(Object.entries(record.services).map(([name, { image }]) => [name, image]))
  return {
    tag: textOf(started?.['tag']) ?? record?.tag,
    commit: readCommit(started?.['commit']) ?? record?.commit,
    restores: textOf(started?.['restores']) ?? record?.restores,
    startedAtMs: started?.at ?? record?.createdAtMs ?? entries[0]?.at ?? 0,
    durationMs: started && finished && finished.at - started.at,
    by: readDeployer(started?.['by']) ?? record?.by,
    outcome: outcomeOf(entries, { isRecorded: record !== undefined, finished }),
    requests: readRequests(finished?.['probe']),
    steps: readSteps(entries),
    plan: readPlan(planned?.['steps']),
    changes: readChanges(changed?.['changes']),
    samples: entries.flatMap(readSample),
    replaces: textOf(started?.['replaces']),
    undo: readUndo(entries),
    lost: readLost(entries),
    leftOut: readNames(started?.['leftOut']),
    joins: readJoins(started?.['joins']),
    images: readImages(started?.['images']) ?? recorded,
  }
}

/** The counts of a probe's report. */
function readRequests(report: unknown): Attempt['requests'] {
  if (typeof report !== 'object' || report === null) return undefined
  const { requests, failures } = report as Readonly<Record<string, unknown>>
  if (typeof requests !== 'number' || typeof failures !== 'number') return undefined
  return { sent: requests, failed: failures }
}

function readPlan(steps: unknown): PlannedStep[] {
  if (!Array.isArray(steps)) return []
  return steps.flatMap((it: unknown): PlannedStep[] => {
    const { step: id, kind, title } = (it ?? {}) as Readonly<Record<string, unknown>>
    if (typeof id !== 'number' || typeof kind !== 'string' || typeof title !== 'string') return []
    return [{ id, kind, title }]
  })
}

function readSample({ at, event, requests, failures }: JournalEntry): ProbeSample[] {
  if (event !== 'probe.sampled' || typeof requests !== 'number' || typeof failures !== 'number') return []
  return [{ atMs: at, requests, failures }]
}

function readUndo(entries: readonly JournalEntry[]): Attempt['undo'] {
  const started = entries.find(({ event }) => event === 'undo.started')
  const ended = entries.find(({ event }) => event === 'undo.finished')
  return started && { startedAtMs: started.at, endedAtMs: ended?.at }
}

/** Before the record they are named with the undo of the others, after it in an event of their own. */
function readLost(entries: readonly JournalEntry[]): string[] | undefined {
  const named = entries.flatMap(({ event, lost }) =>
    (event === 'undo.finished' || event === 'hosts.lost') && Array.isArray(lost) ? (lost as unknown[]) : [],
  )
  return readNames(named)
}

/** The names in a list, each once; undefined without any. */
function readNames(value: unknown): string[] | undefined {
  const names = Array.isArray(value) ? [...new Set(value.filter((it) => typeof it === 'string'))] : []
  return names.length === 0 ? undefined : names
}

function readJoins(value: unknown): Attempt['joins'] {
  const { release, from } = (value ?? {}) as Readonly<Record<string, unknown>>
  return typeof release === 'string' && typeof from === 'string' ? { release, from } : undefined
}

function readSteps(entries: readonly JournalEntry[]): StepTime[] {
  const ends = entries.filter(({ event }) => event === 'step.finished')
  return entries.flatMap((entry): StepTime[] => {
    const [id, kind, task] = [entry['step'], textOf(entry['kind']), textOf(entry['task'])]
    if (entry.event !== 'step.started' || typeof id !== 'number' || kind === undefined) return []
    const end = ends.find((it) => it['step'] === id)
    const [outcome, durationMs] = [textOf(end?.['outcome']), end?.['durationMs']]
    return [
      {
        id,
        kind,
        ...(task !== undefined && { task }),
        startedAtMs: entry.at,
        durationMs: typeof durationMs === 'number' ? durationMs : undefined,
        outcome:
          outcome === 'done' || outcome === 'failed' || outcome === 'cancelled' ? outcome : 'unfinished',
      },
    ]
  })
}

function readImages(value: unknown): Images | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function outcomeOf(
  entries: readonly JournalEntry[],
  { isRecorded, finished }: { isRecorded: boolean; finished: JournalEntry | undefined },
): Attempt['outcome'] {
  if (isRecorded || finished?.['outcome'] === 'deployed') return { kind: 'deployed' }
  const undo = entries.find(({ event }) => event === 'undo.started')
  if (finished === undefined && undo === undefined) return { kind: 'unfinished' }
  const step = entries.find(
    (entry) =>
      entry.event === 'step.finished' && ['failed', 'cancelled'].includes(textOf(entry['outcome']) ?? ''),
  )
  return {
    kind: 'failed',
    code: textOf(undo?.['code']),
    reason: textOf(undo?.['reason']),
    step: textOf(step?.['kind']),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
