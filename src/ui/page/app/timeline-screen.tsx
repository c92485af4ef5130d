import { useSignal, useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { Attempt, StepTime } from '../../../deploy/releases/history.ts'
import type { TaskAttempt } from '../../../deploy/tasks/task-history.ts'
import { renderCount } from '../../../shared/bytes.ts'
import { renderDeployer } from '../../render/text/render-deployer.ts'
import { stepWords } from '../../render/results/render-steps.ts'
import { renderDuration } from '../../render/text/render-duration.ts'
import type { Answer, HostTimeline, Timeline } from '../model.ts'
import { Bar, FailureNote, Tag, Time } from './parts.tsx'
import { linkTo } from './route.ts'
import { ask, now, overview } from './state.ts'

/** Deploys, rollbacks and tasks of an environment, newest first; read again whenever its release or lock changes. */
export function TimelineScreen({ environment }: { environment: string }): JSX.Element {
  const answer = useSignal<Answer<Timeline> | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const lastAsked = useRef('')
  useSignalEffect(() => {
    const key = changesOf(environment)
    if (key === lastAsked.current) return
    lastAsked.current = key
    ask<Answer<Timeline>>('timeline', { environment }).then(
      (found) => {
        answer.value = found
        problem.value = undefined
      },
      (error: unknown) => (problem.value = String(error)),
    )
  })
  if (problem.value !== undefined) return <p class="problem">{problem.value}</p>
  const found = answer.value
  if (found === undefined) return <p class="quiet">Reading the journal…</p>
  if ('failure' in found) return <FailureNote failure={found.failure} />
  return (
    <>
      {found.hosts.map((host) => (
        <section key={host.host}>
          <h2>{host.host}</h2>
          {'failure' in host ? (
            <FailureNote failure={host.failure} />
          ) : (
            <HostEvents environment={environment} timeline={host} />
          )}
        </section>
      ))}
    </>
  )
}

/** Differs when there is something new to read; during a deploy, with every look at the host. */
function changesOf(environment: string): string {
  const view = overview.value?.environments.find((it) => it.environment === environment)
  const hosts = view?.status?.hosts ?? []
  const isLocked = hosts.some((host) => 'lock' in host)
  const releases = hosts.map((host) => ('release' in host ? host.release?.id : host.verdict))
  return JSON.stringify([environment, releases, isLocked ? view?.readAtMs : 'unlocked'])
}

function HostEvents({ environment, timeline }: { environment: string; timeline: HostTimeline }): JSX.Element {
  const { host, attempts, tasks } = timeline
  if (attempts.length + tasks.length === 0) return <p class="quiet">Nothing deployed yet.</p>
  const events = [
    ...attempts.map((attempt) => ({ atMs: attempt.startedAtMs, attempt })),
    ...tasks.map((task) => ({ atMs: task.startedAtMs, task })),
  ].sort((a, b) => b.atMs - a.atMs)
  return (
    <ol class="events">
      {events.map((it) =>
        'attempt' in it ? (
          <AttemptLine key={it.attempt.release} {...{ environment, host, attempt: it.attempt }} />
        ) : (
          <TaskLine key={`task-${it.atMs}`} task={it.task} />
        ),
      )}
    </ol>
  )
}

const MARKS = {
  deployed: { mark: '✓', tone: 'good' },
  failed: { mark: '✗', tone: 'bad' },
  unfinished: { mark: '…', tone: 'busy' },
} as const

function AttemptLine({
  environment,
  host,
  attempt,
}: {
  environment: string
  host: string
  attempt: Attempt
}): JSX.Element {
  const { release, tag, startedAtMs, by, durationMs, requests, outcome, imagesChanged, isArchived } = attempt
  const { mark, tone } = MARKS[outcome.kind]
  const state = attempt.isCurrent ? 'serving' : isArchived ? 'archived' : ''
  return (
    <li class={`event ${tone}`}>
      <p class="what">
        <span aria-hidden="true">{mark}</span>{' '}
        {isArchived || attempt.isCurrent ? (
          <a href={linkTo({ screen: 'release', environment, host, release })}>{release}</a>
        ) : (
          release
        )}{' '}
        <Tag tag={tag} /> {words(attempt)}
        {state !== '' && <span class="state">{state}</span>}
      </p>
      <p class="when">
        <Time atMs={startedAtMs} />
        {by !== undefined && `, ${renderDeployer(by)}`}
      </p>
      <p class="number">{durationMs === undefined ? '' : renderDuration(durationMs)}</p>
      <p class={requests !== undefined && requests.failed > 0 ? 'number lost' : 'number'}>
        {requests !== undefined &&
          `${renderCount(requests.failed)} of ${renderCount(requests.sent)} requests failed`}
      </p>
      {outcome.kind === 'failed' && outcome.reason !== undefined && <p class="reason">{outcome.reason}</p>}
      {imagesChanged !== undefined && imagesChanged.length > 0 && (
        <p class="reason quiet">New images: {imagesChanged.join(', ')}</p>
      )}
      <Steps attempt={attempt} />
    </li>
  )
}

function words({ outcome, restores }: Attempt): string {
  const kind = restores === undefined ? 'deploy' : `rollback to ${restores.release}`
  if (outcome.kind === 'deployed') return restores === undefined ? 'deployed' : kind
  if (outcome.kind === 'unfinished') return `${kind} is running, or was killed`
  return `${kind} failed${outcome.step === undefined ? '' : ` at ${outcome.step}`}`
}

/** Each step as a bar on the time of the whole attempt. */
function Steps({ attempt: { release, steps, outcome } }: { attempt: Attempt }): JSX.Element | null {
  const [first] = steps
  if (first === undefined) return null
  const endOf = (step: StepTime): number => step.startedAtMs + (step.durationMs ?? runningMs(step))
  const lengthMs = Math.max(1, Math.max(...steps.map(endOf)) - first.startedAtMs)
  return (
    <details open={outcome.kind === 'unfinished'}>
      <summary>
        {steps.length} steps<span class="unseen"> of {release}</span>
      </summary>
      <table class="steps">
        <thead class="unseen">
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Time</th>
            <th scope="col">Duration</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={step.id}>
              <th scope="row">
                {stepMark(step)} {stepWords(step)}
              </th>
              <td>
                <Bar
                  from={(100 * (step.startedAtMs - first.startedAtMs)) / lengthMs}
                  percent={(100 * (endOf(step) - step.startedAtMs)) / lengthMs}
                  tone={step.outcome === 'done' ? 'good' : step.outcome === 'unfinished' ? 'busy' : 'bad'}
                />
              </td>
              <td class="number">{renderDuration(step.durationMs ?? runningMs(step))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

function stepMark({ outcome }: StepTime): string {
  if (outcome === 'done') return '✓'
  return outcome === 'unfinished' ? '…' : '✗'
}

/** A step without an end may have been killed long ago: at most an hour. */
function runningMs({ startedAtMs }: StepTime): number {
  return Math.min(3_600_000, Math.max(0, now.value - startedAtMs))
}

function TaskLine({ task }: { task: TaskAttempt }): JSX.Element {
  const { outcome, exitCode, startedAtMs, by, durationMs } = task
  const tone = outcome === 'done' ? 'good' : outcome === 'unfinished' ? 'busy' : 'bad'
  const mark = outcome === 'done' ? '✓' : outcome === 'unfinished' ? '…' : '✗'
  const end = outcome === 'unfinished' ? 'is running, or was killed' : outcome
  return (
    <li class={`event ${tone}`}>
      <p class="what">
        <span aria-hidden="true">{mark}</span> Task <code>{task.task}</code> {end}
        {outcome === 'failed' && exitCode !== undefined && ` with exit code ${exitCode}`}
      </p>
      <p class="when">
        <Time atMs={startedAtMs} />
        {by !== undefined && `, ${renderDeployer(by)}`}
      </p>
      <p class="number">{durationMs === undefined ? '' : renderDuration(durationMs)}</p>
      <p class="number" />
    </li>
  )
}
