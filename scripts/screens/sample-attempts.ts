/** The deploys that the pictures of `dray ui` show: their steps, durations and requests agree with each other. */
import type { Attempt, PlannedStep, ProbeSample, StepTime } from '../../src/deploy/releases/history.ts'
import type { LiveDeploy, Timeline } from '../../src/ui/page/model.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
export const mona = {
  user: 'mona',
  machine: 'runner',
  run: 'https://github.com/acme/shop/actions/runs/4711',
}
export const ann = { user: 'ann', machine: 'laptop' }

/** The probe sends ten a second. */
const EVERY_MS = 100

type Times = { tag?: string; isRollback?: boolean; waitMs?: number; drainMs?: number }
type TimedStep = PlannedStep & { durationMs: number; task?: string }

function timedSteps({
  tag = 'v1.4.0',
  isRollback = false,
  waitMs = 1600,
  drainMs = 610,
}: Times): TimedStep[] {
  const before: [string, string, number, string?][] = [
    ['pull-image', `Pull acme/shop-backend:${tag}`, 2100],
    ['pull-image', `Pull acme/shop-frontend:${tag}`, 1700],
    ['place-files', 'Place 2 files', 90],
    ['run-task', 'Run task migrate', 640, 'migrate'],
  ]
  const rest: [string, string, number, string?][] = [
    ['start-beside', 'Start new backend (2) and frontend', 420],
    ['wait-healthy', 'Wait until backend and frontend are healthy', waitMs],
    ['switch-traffic', 'Switch traffic in nginx to the new backend and frontend', 180],
    ['check-url', 'Check http://localhost/api/health', 12],
    ['record-release', 'Record the release', 30],
    ['stop-old', 'Stop the old backend (2)', drainMs],
    ['stop-old', 'Stop the old frontend', 580],
    ['remove-old', 'Remove the old backend (2)', 140],
    ['verify-release', 'Verify the running containers', 20],
  ]
  return [...(isRollback ? [] : before), ...rest].map(([kind, title, durationMs, task], index) => ({
    id: index + 1,
    kind,
    title,
    durationMs,
    ...(task !== undefined && { task }),
  }))
}

type Shape = Times & { failsAt?: string; runsMs?: number; failedRequests?: number }

/** An attempt that began then. `runsMs`: it still runs, for this long. */
export function sampleAttempt(
  startedAtMs: number,
  shape: Shape,
  changes: Partial<Attempt> & { release: string },
): Attempt {
  const { failsAt, runsMs = Infinity, failedRequests = 0, tag = 'v1.4.0' } = shape
  const planned = timedSteps(shape)
  let elapsedMs = 0
  const steps: StepTime[] = []
  for (const { id, kind, task, durationMs } of planned) {
    if (elapsedMs >= runsMs) break
    const isRunning = elapsedMs + durationMs > runsMs
    const outcome = isRunning ? 'unfinished' : kind === failsAt ? 'failed' : 'done'
    steps.push({
      id,
      kind,
      ...(task !== undefined && { task }),
      startedAtMs: startedAtMs + elapsedMs,
      durationMs: isRunning ? undefined : durationMs,
      outcome,
    })
    elapsedMs = Math.min(runsMs, elapsedMs + durationMs)
    if (outcome === 'failed') break
  }
  const isUnfinished = runsMs !== Infinity
  const samples = Array.from({ length: Math.floor(elapsedMs / 1000) }, (_, index): ProbeSample => {
    const sentMs = (index + 1) * 1000
    const failures = sentMs > elapsedMs * 0.8 ? failedRequests : 0
    return { atMs: startedAtMs + sentMs, requests: sentMs / EVERY_MS, failures }
  })
  return {
    tag,
    commit: undefined,
    restores: undefined,
    startedAtMs,
    durationMs: isUnfinished ? undefined : elapsedMs,
    by: mona,
    outcome: isUnfinished ? { kind: 'unfinished' } : { kind: 'deployed' },
    requests: isUnfinished ? undefined : { sent: Math.round(elapsedMs / EVERY_MS), failed: failedRequests },
    steps,
    plan: planned.map(({ id, kind, title }) => ({ id, kind, title })),
    samples,
    replaces: undefined,
    undo: undefined,
    lost: undefined,
    leftOut: undefined,
    joins: undefined,
    imagesChanged: ['backend', 'frontend'],
    changes: {
      images: ['backend', 'frontend'].map((service) => ({ service, from: 'v1.3.2', to: tag })),
      ...{ files: 1, variables: { added: 1, removed: 0, changed: 0 } },
    },
    isArchived: true,
    isCurrent: false,
    ...changes,
  }
}

/** The timeline of production, at `nowMs`. */
export function sampleTimeline(nowMs: number): Timeline {
  const waitMs = 38_000
  const reason = `backend did not become healthy within ${waitMs / 1000} s: connection refused at localhost:8000.`
  const outcome = { kind: 'failed', code: 'RELEASE_UNHEALTHY', reason, step: 'wait-healthy' } as const
  const yesterdayMs = nowMs - 26 * hourMs
  const attempts = [
    sampleAttempt(nowMs - 3 * hourMs, {}, { release: 'r41', isCurrent: true }),
    sampleAttempt(
      nowMs - 5 * hourMs,
      { failsAt: 'wait-healthy', waitMs },
      { release: 'r40', outcome, isArchived: false },
    ),
    sampleAttempt(
      yesterdayMs,
      { tag: 'v1.3.1', isRollback: true },
      {
        release: 'r39',
        by: ann,
        isArchived: false,
        restores: { release: 'r37', tag: 'v1.3.1' },
        imagesChanged: ['backend'],
      },
    ),
    sampleAttempt(yesterdayMs - hourMs, { tag: 'v1.3.2', failedRequests: 3 }, { release: 'r38' }),
    sampleAttempt(yesterdayMs - 40 * hourMs, { tag: 'v1.3.1' }, { release: 'r37' }),
  ]
  const reindex = {
    task: 'reindex',
    release: 'r41',
    startedAtMs: nowMs - 2 * hourMs,
    by: ann,
    outcome: 'failed',
    exitCode: 2,
    durationMs: 12_400,
  } as const
  return { hosts: [{ host: 'deploy@shop.example.com', attempts, tasks: [reindex] }] }
}

/** A deploy of production that is under way at `nowMs`. */
export function sampleLive(nowMs: number): LiveDeploy {
  const shape = { tag: 'v1.5.0', waitMs: 8400, drainMs: 9000, runsMs: 18_600 }
  const changes = { release: 'r42', replaces: 'r41', isArchived: false }
  return {
    hosts: [
      {
        host: 'deploy@shop.example.com',
        isRead: true,
        quietMs: 400,
        attempt: sampleAttempt(nowMs - shape.runsMs, shape, changes),
      },
    ],
  }
}
