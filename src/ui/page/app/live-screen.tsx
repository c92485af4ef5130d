import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { releaseLabel } from '../../../deploy/model/release.ts'
import type { Attempt } from '../../../deploy/releases/history.ts'
import { renderDeployer } from '../../render/text/render-deployer.ts'
import { renderDuration } from '../../render/text/render-duration.ts'
import { isUnderWay, newestAttempts } from '../judge-attempt.ts'
import type { LiveHost } from '../model.ts'
import { Logs } from './logs-screen.tsx'
import { FailureNote, Time } from './parts.tsx'
import { RateChart } from './rate-chart.tsx'
import { lockOf } from './state.ts'
import { StepsTable } from './steps-table.tsx'
import { usePoll } from './use-poll.ts'

const EVERY_MS = 1000

/** The last deploy or rollback of an environment, step by step, while it is under way and after it. */
export function LiveScreen({ environment }: { environment: string }): JSX.Element {
  const { answer, problem } = usePoll('live', { environment }, EVERY_MS)
  if (answer === undefined)
    return problem === undefined ? (
      <p class="quiet">Reading the journal…</p>
    ) : (
      <p class="problem">{problem}</p>
    )
  if ('failure' in answer) return <FailureNote failure={answer.failure} />
  return (
    <>
      {problem !== undefined && <p class="problem">{problem} What follows is the last known.</p>}
      {answer.hosts.map((host) => (
        <section key={host.host} aria-label={host.host}>
          <h2>{host.host}</h2>
          <Host host={host} isPresent={problem === undefined} isRunning={isRunning(environment, host)} />
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
  // A host that does not answer may have an older one.
  const attempts = newestAttempts(hosts.flatMap(({ attempt }) => attempt ?? []))
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

/** Whether the last attempt of a host is under way, by the lock as the overview saw it last and by the growth of the journal. */
function isRunning(environment: string, { host, attempt, quietMs }: LiveHost): boolean {
  return attempt !== undefined && isUnderWay(attempt, { lock: lockOf(environment, host), quietMs })
}

type HostProps = { host: LiveHost; isRunning: boolean; isPresent: boolean }

function Host({ host: { isRead, attempt, failure }, isRunning, isPresent }: HostProps): JSX.Element {
  return (
    <>
      {failure !== undefined && <FailureNote failure={failure} />}
      {failure !== undefined && attempt !== undefined && <p>Last known:</p>}
      {attempt !== undefined && (
        <Progress {...{ attempt, isRunning, isKnown: isPresent && failure === undefined }} />
      )}
      {!isRead && failure === undefined && <p class="quiet">Reading the journal…</p>}
      {isRead && attempt === undefined && failure === undefined && (
        <p class="quiet">Nothing deployed yet. A deploy appears here as soon as it begins.</p>
      )}
    </>
  )
}

type ProgressProps = { attempt: Attempt; isRunning: boolean; isKnown: boolean }

/** `isKnown`: it is what the host shows now, not what was known of it before it did not answer. */
function Progress({ attempt, isRunning, isKnown }: ProgressProps): JSX.Element {
  const { outcome, undo } = attempt
  const tone = outcome.kind === 'deployed' ? 'good' : isRunning ? 'busy' : 'bad'
  return (
    <article class={`card progress ${tone}`}>
      <div class="verdict">
        <p role="status">{headline(attempt, { isRunning, isKnown })}</p>
      </div>
      <p class="quiet">
        Began <Time atMs={attempt.startedAtMs} />
        {attempt.by !== undefined && `, by ${renderDeployer(attempt.by)}`}
        {attempt.replaces !== undefined && `, replaces ${attempt.replaces}`}
      </p>
      {outcome.kind === 'failed' && outcome.reason !== undefined && <p class="problem">{outcome.reason}</p>}
      {undo !== undefined && <p>{undoWords(undo, { isRunning, isKnown })}</p>}
      <RateChart attempt={attempt} />
      <StepsTable attempt={attempt} isRunning={isRunning && isKnown} />
    </article>
  )
}

/** The state in a few words, which a screen reader announces when they change. */
function headline(attempt: Attempt, { isRunning, isKnown }: Omit<ProgressProps, 'attempt'>): string {
  const { release, tag, outcome, steps, plan, restores, durationMs } = attempt
  const name = releaseLabel(release, tag)
  const what = restores === undefined ? name : `${name}, rollback to ${restores.release},`
  if (outcome.kind === 'deployed')
    return `✓ ${what} deployed${durationMs === undefined ? '' : ` in ${renderDuration(durationMs)}`}`
  const done = steps.filter((step) => step.outcome === 'done').length
  const progress = plan.length === 0 ? `${done} steps done` : `${done} of ${plan.length} steps done`
  if (outcome.kind === 'failed') return `✗ ${what} failed, ${progress}`
  if (!isKnown) return `? ${what} was being deployed, ${progress}`
  return isRunning
    ? `↻ ${what} is being deployed, ${progress}`
    : `✗ ${what} did not end, ${progress}: dray was killed, or lost its connection`
}

function undoWords(
  { startedAtMs, endedAtMs }: NonNullable<Attempt['undo']>,
  { isRunning, isKnown }: Omit<ProgressProps, 'attempt'>,
): string {
  if (endedAtMs !== undefined)
    return `✓ Its changes were undone, for ${renderDuration(endedAtMs - startedAtMs)}.`
  if (!isKnown) return '? Its changes were being undone.'
  return isRunning
    ? '… Its changes are being undone.'
    : '✗ Undoing its changes did not end: dray was killed, or lost its connection. `dray status` shows what is serving.'
}
