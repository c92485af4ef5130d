import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { releaseLabel } from '../../../deploy/model/release.ts'
import type { Attempt } from '../../../deploy/releases/history.ts'
import { renderDeployer } from '../../render/text/render-deployer.ts'
import { renderDuration } from '../../render/text/render-duration.ts'
import type { LiveHost } from '../model.ts'
import { Logs } from './logs-screen.tsx'
import { FailureNote, Time } from './parts.tsx'
import { RateChart } from './rate-chart.tsx'
import { now, overview } from './state.ts'
import { StepsTable } from './steps-table.tsx'
import { usePoll } from './use-poll.ts'

const EVERY_MS = 1000
/** A deploy writes to its journal more often than this, unless it has ended or has no probe. */
const SILENT_MS = 15_000

/** The last deploy or rollback of an environment, step by step, while it is under way and after it. */
export function LiveScreen({ environment }: { environment: string }): JSX.Element {
  const { answer, problem } = usePoll('live', { environment }, EVERY_MS)
  if (problem !== undefined) return <p class="problem">{problem}</p>
  if (answer === undefined) return <p class="quiet">Reading the journal…</p>
  return (
    <>
      {answer.hosts.map((host) => (
        <section key={host.host} aria-label={host.host}>
          <h2>{host.host}</h2>
          <Host host={host} isLocked={isLocked(environment, host.host)} />
        </section>
      ))}
      <LogsOfDeploy environment={environment} hosts={answer.hosts} />
    </>
  )
}

/** What the containers have said since the deploy began; open while it runs and when it has failed. */
function LogsOfDeploy({
  environment,
  hosts,
}: {
  environment: string
  hosts: readonly LiveHost[]
}): JSX.Element | null {
  const attempts = hosts.flatMap(({ attempt }) => attempt ?? [])
  const startedAtMs = Math.min(...attempts.map((it) => it.startedAtMs))
  const isBad = attempts.some(({ outcome }) => outcome.kind !== 'deployed')
  const wish = useSignal<{ of: number; isOpen: boolean } | undefined>(undefined)
  if (attempts.length === 0) return null
  // What was said while it ran stays to be read after it.
  const isOpen = wish.value?.of === startedAtMs ? wish.value.isOpen : isBad
  return (
    <details
      open={isOpen}
      onToggle={({ currentTarget }) => (wish.value = { of: startedAtMs, isOpen: currentTarget.open })}
    >
      <summary>Logs since it began</summary>
      {isOpen && <Logs key={startedAtMs} environment={environment} query={{ since: String(startedAtMs) }} />}
    </details>
  )
}

/** As the overview saw it last. */
function isLocked(environment: string, host: string): boolean {
  const view = overview.value?.environments.find((it) => it.environment === environment)
  const status = view?.status?.hosts.find((it) => it.host === host)
  return status !== undefined && 'lock' in status
}

type HostProps = { host: LiveHost; isLocked: boolean }

function Host({ host: { attempt, failure }, isLocked }: HostProps): JSX.Element {
  return (
    <>
      {failure !== undefined && <FailureNote failure={failure} />}
      {failure !== undefined && attempt !== undefined && <p>Last known:</p>}
      {attempt !== undefined && <Progress {...{ attempt, isLocked }} />}
      {attempt === undefined && failure === undefined && (
        <p class="quiet">Nothing deployed yet. A deploy appears here as soon as it begins.</p>
      )}
    </>
  )
}

function Progress({ attempt, isLocked }: { attempt: Attempt; isLocked: boolean }): JSX.Element {
  const { outcome, undo } = attempt
  const isRunning =
    outcome.kind === 'unfinished' && (isLocked || now.value - lastEventMs(attempt) < SILENT_MS)
  const tone = outcome.kind === 'deployed' ? 'good' : isRunning ? 'busy' : 'bad'
  return (
    <article class={`card progress ${tone}`}>
      <div class="verdict">
        <p role="status">{headline(attempt, isRunning)}</p>
      </div>
      <p class="quiet">
        Began <Time atMs={attempt.startedAtMs} />
        {attempt.by !== undefined && `, by ${renderDeployer(attempt.by)}`}
        {attempt.replaces !== undefined && `, replaces ${attempt.replaces}`}
      </p>
      {outcome.kind === 'failed' && outcome.reason !== undefined && <p class="problem">{outcome.reason}</p>}
      {undo !== undefined && (
        <p>
          {undo.endedAtMs === undefined ? '… Its changes are being undone' : '✓ Its changes were undone'}, for{' '}
          {renderDuration((undo.endedAtMs ?? now.value) - undo.startedAtMs)}.
        </p>
      )}
      <RateChart attempt={attempt} />
      <StepsTable attempt={attempt} />
    </article>
  )
}

/** The last time in the journal. */
function lastEventMs({ startedAtMs, steps, samples }: Attempt): number {
  const ends = steps.map((step) => step.startedAtMs + (step.durationMs ?? 0))
  return Math.max(startedAtMs, ...ends, samples.at(-1)?.atMs ?? 0)
}

/** The state in a few words, which a screen reader announces when they change. */
function headline(attempt: Attempt, isRunning: boolean): string {
  const { release, tag, outcome, steps, plan, restores, durationMs } = attempt
  const name = releaseLabel(release, tag)
  const what = restores === undefined ? name : `${name}, rollback to ${restores.release},`
  if (outcome.kind === 'deployed')
    return `✓ ${what} deployed${durationMs === undefined ? '' : ` in ${renderDuration(durationMs)}`}`
  const done = steps.filter((step) => step.outcome === 'done').length
  const progress = plan.length === 0 ? `${done} steps done` : `${done} of ${plan.length} steps done`
  if (outcome.kind === 'failed') return `✗ ${what} failed, ${progress}`
  return isRunning
    ? `↻ ${what} is being deployed, ${progress}`
    : `✗ ${what} did not end, ${progress}: dray was killed, or lost its connection`
}
