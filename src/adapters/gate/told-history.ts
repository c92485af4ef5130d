import * as z from 'zod'
import type { Attempt } from '../../deploy/releases/history.ts'
import type { TaskAttempt } from '../../deploy/tasks/task-history.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { nameToldHost, reported, shortText, timeMs, toldFailure, type GateAnswer } from './gate-answer.ts'
import { deployer, releaseId, sourceCommit } from './told-status.ts'

const number = z.number()
const count = z.number().int().nonnegative()
/** More than the probe of any deploy has counted. */
const MOST_SAMPLES = 5_000
const MOST_STEPS = 1_000
/** Of hosts. */
const names = z.array(shortText).max(2000).optional()

const told = {
  host: shortText,
  startedAt: z.iso.datetime(),
  durationMs: number.optional(),
  by: deployer.optional(),
}

const attempt = z.object({
  ...told,
  type: z.literal('history.attempt'),
  release: releaseId,
  tag: shortText.optional(),
  commit: sourceCommit.optional(),
  restores: z.object({ release: releaseId, tag: shortText.optional() }).optional(),
  outcome: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('deployed') }),
    z.object({
      kind: z.literal('failed'),
      code: shortText.optional(),
      reason: shortText.optional(),
      step: shortText.optional(),
    }),
    z.object({ kind: z.literal('unfinished'), isKilled: z.literal(true).optional() }),
  ]),
  requests: z.object({ sent: number, failed: number }).optional(),
  steps: z
    .array(
      z.object({
        id: number,
        kind: shortText,
        task: shortText.optional(),
        startedAtMs: timeMs,
        durationMs: number.optional(),
        outcome: z.enum(['done', 'failed', 'cancelled', 'unfinished']),
      }),
    )
    .max(MOST_STEPS)
    .default([]),
  plan: z
    .array(z.object({ id: number, kind: shortText, title: shortText }))
    .max(MOST_STEPS)
    .default([]),
  samples: z
    .array(z.object({ atMs: timeMs, requests: number, failures: number }))
    .max(MOST_SAMPLES)
    .default([]),
  replaces: releaseId.optional(),
  undo: z.object({ startedAtMs: timeMs, endedAtMs: timeMs.optional() }).optional(),
  lost: names,
  leftOut: names,
  joins: z.object({ release: releaseId, from: shortText }).optional(),
  imagesChanged: z.array(shortText).max(MOST_STEPS).optional(),
  changes: z
    .object({
      images: z
        .array(z.object({ service: shortText, from: shortText.optional(), to: shortText.optional() }))
        .max(MOST_STEPS),
      files: count,
      variables: z.object({ added: count, removed: count, changed: count }),
    })
    .optional(),
  isArchived: z.boolean(),
  isCurrent: z.boolean(),
})

const task = z.object({
  ...told,
  type: z.literal('history.task'),
  task: shortText,
  release: shortText,
  outcome: z.enum(['done', 'failed', 'cancelled', 'unfinished']),
  isKilled: z.literal(true).optional(),
  exitCode: number.optional(),
})

const unread = z.object({ type: z.literal('history.unread'), host: shortText, failure: reported })

/** The attempts and tasks of one host, newest first. */
export type HostHistory = { host: string; attempts: readonly Attempt[]; tasks: readonly TaskAttempt[] }

/** The same, or why the host was not read. */
export type ToldHistory = HostHistory | { host: string; error: DrayError }

/**
 * The answer to `history --json`, at most `limit` attempts and tasks of each host, under the names that the hosts have here. Throws
 * the failure that the gate reports unless it is of some hosts, and HOST_COMMAND_FAILED for an answer that has another form.
 */
export function readToldHistory(
  answer: GateAnswer,
  { host, limit }: { host: string; limit: number },
): ToldHistory[] {
  const attempts = answer.lines.flatMap((it) =>
    it.type === 'history.attempt' ? [read(attempt, it, host)] : [],
  )
  const tasks = answer.lines.flatMap((it) => (it.type === 'history.task' ? [read(task, it, host)] : []))
  const failures = new Map(
    answer.lines
      .flatMap((it) => (it.type === 'history.unread' ? [read(unread, it, host)] : []))
      .map((it) => [it.host, toldFailure(it.failure, host)]),
  )
  if (answer.failure !== undefined && failures.size === 0) throw answer.failure
  return answer.hosts.map((name) => {
    const named = nameToldHost(host, answer, name) ?? name
    const ofHost = (it: { host: string }): boolean => it.host === name
    const found = { attempts: attempts.filter(ofHost), tasks: tasks.filter(ofHost) }
    const error = failures.get(name)
    if (error !== undefined) return { host: named, error }
    return {
      host: named,
      attempts: found.attempts.slice(0, limit).map(attemptFrom),
      tasks: found.tasks.slice(0, limit).map(taskFrom),
    }
  })
}

function read<T>(schema: z.ZodType<T>, line: unknown, host: string): T {
  const found = schema.safeParse(line)
  if (found.success) return found.data
  throw new DrayError(
    'HOST_COMMAND_FAILED',
    `The gate of ${host} answered \`history --json\` in another form.`,
    {
      hint: `Its dray and this one may be too far apart: \`dray --version\` here and on ${host} shows which they are.`,
    },
  )
}

function attemptFrom({ type: _type, host: _host, startedAt, ...it }: z.infer<typeof attempt>): Attempt {
  const {
    tag,
    commit,
    restores,
    durationMs,
    by,
    outcome,
    requests,
    replaces,
    undo,
    imagesChanged,
    changes,
    lost,
    leftOut,
    joins,
  } = it
  return {
    ...it,
    startedAtMs: Date.parse(startedAt),
    tag,
    commit,
    restores: restores && { release: restores.release, tag: restores.tag },
    durationMs,
    by,
    outcome:
      outcome.kind === 'failed'
        ? { kind: 'failed', code: outcome.code, reason: outcome.reason, step: outcome.step }
        : outcome.kind === 'unfinished'
          ? { kind: 'unfinished', ...(outcome.isKilled && { isKilled: true }) }
          : outcome,
    requests,
    steps: it.steps.map((step) => ({ ...step, durationMs: step.durationMs })),
    replaces,
    undo: undo && { startedAtMs: undo.startedAtMs, endedAtMs: undo.endedAtMs },
    imagesChanged,
    changes,
    lost,
    leftOut,
    joins,
  }
}

function taskFrom({ type: _type, host: _host, startedAt, ...it }: z.infer<typeof task>): TaskAttempt {
  const { by, exitCode, durationMs, isKilled, ...rest } = it
  const told = { ...rest, startedAtMs: Date.parse(startedAt), by, exitCode, durationMs }
  return isKilled === true ? { ...told, isKilled } : told
}
