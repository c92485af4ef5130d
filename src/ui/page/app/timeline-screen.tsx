import { useSignalEffect } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { Attempt } from '../../../deploy/releases/history.ts'
import type { TaskAttempt } from '../../../deploy/tasks/task-history.ts'
import { renderCount } from '../../../shared/bytes.ts'
import { renderImageChange, renderOtherChanges } from '../../render/text/render-changes.ts'
import { renderDeployer } from '../../render/text/render-deployer.ts'
import { renderDuration } from '../../render/text/render-duration.ts'
import { isUnderWay } from '../judge-attempt.ts'
import { changesOf } from '../judge-view.ts'
import type { HostTimeline } from '../model.ts'
import { Answered, HostParts } from './answered.tsx'
import { FailureNote, Reread, Tag, Time } from './parts.tsx'
import { linkTo } from './route.ts'
import { lockOf, viewOf } from './state.ts'
import { StepsTable } from './steps-table.tsx'
import { useAsk } from './use-poll.ts'

/** Deploys, rollbacks and tasks of an environment, newest first; read again whenever there is something new. */
export function TimelineScreen({ environment }: { environment: string }): JSX.Element {
  const { answer: found, problem, readAtMs, isAsking, again } = useAsk('timeline', { environment })
  const known = useRef<string | undefined>(undefined)
  useSignalEffect(() => {
    const key = changesOf(viewOf(environment))
    if (key === undefined || key === known.current) return
    if (known.current !== undefined) again()
    known.current = key
  })
  return (
    <>
      <Reread {...{ isAsking, again, readAtMs, problem }} words="Reading the journal" />
      <Answered answer={found} problem={problem}>
        {({ hosts }) => (
          <HostParts hosts={hosts}>
            {(host) =>
              'failure' in host ? (
                <FailureNote failure={host.failure} />
              ) : (
                <HostEvents environment={environment} timeline={host} isPresent={problem === undefined} />
              )
            }
          </HostParts>
        )}
      </Answered>
    </>
  )
}

type HostEventsProps = { environment: string; timeline: HostTimeline; isPresent: boolean }

function HostEvents({ environment, timeline, isPresent }: HostEventsProps): JSX.Element {
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
          <AttemptLine key={it.attempt.release} {...{ environment, host, isPresent, attempt: it.attempt }} />
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
  isPresent,
}: {
  environment: string
  host: string
  attempt: Attempt
  /** It is what the host shows now. */
  isPresent: boolean
}): JSX.Element {
  const { release, tag, requests, outcome, isArchived, leftOut, joins } = attempt
  const isOpen = outcome.kind === 'unfinished' && outcome.isKilled !== true
  const state = attempt.isCurrent ? 'serving' : isArchived ? 'archived' : ''
  const lost = requests && `${renderCount(requests.failed)} of ${renderCount(requests.sent)} requests failed`
  return (
    <EventLine
      event={attempt}
      {...(outcome.kind === 'unfinished' && !isOpen ? MARKS.failed : MARKS[outcome.kind])}
      requests={requests !== undefined && requests.failed > 0 ? <span class="lost">{lost}</span> : lost}
      more={
        <>
          {outcome.kind === 'failed' && outcome.reason !== undefined && (
            <p class="reason">{outcome.reason}</p>
          )}
          {joins !== undefined && <p class="reason quiet">Taken from {joins.from}</p>}
          {leftOut !== undefined && <p class="reason">Left out: {leftOut.join(', ')}</p>}
          {attempt.lost !== undefined && <p class="reason">Lost during it: {attempt.lost.join(', ')}</p>}
          <Changes attempt={attempt} />
          <Steps
            attempt={attempt}
            isRunning={isPresent && isUnderWay(attempt, { lock: lockOf(environment, host) })}
          />
        </>
      }
    >
      {isArchived || attempt.isCurrent ? (
        <a href={linkTo({ screen: 'release', environment, host, release })}>{release}</a>
      ) : (
        release
      )}{' '}
      <Tag tag={tag} /> {words(attempt)}
      {state !== '' && <span class="state">{state}</span>}
      {isOpen && (
        <a class="state" href={linkTo({ screen: 'live', environment })}>
          follow
        </a>
      )}
    </EventLine>
  )
}

/** What it changed against the release before; of an older dray, the services with a new image alone. */
function Changes({ attempt: { changes, imagesChanged = [] } }: { attempt: Attempt }): JSX.Element | null {
  const images =
    changes === undefined
      ? imagesChanged.join(', ')
      : changes.images.map((it) => `${it.service} ${renderImageChange(it)}`).join('; ')
  const others = changes === undefined ? '' : renderOtherChanges(changes).join('; ')
  if (images === '' && others === '') return null
  return (
    <>
      {images !== '' && <p class="reason quiet">Images: {images}</p>}
      {others !== '' && <p class="reason quiet">Changed: {others}</p>}
    </>
  )
}

function words({ outcome, restores }: Attempt): string {
  const kind = restores === undefined ? 'deploy' : `rollback to ${restores.release}`
  if (outcome.kind === 'deployed') return restores === undefined ? 'deployed' : kind
  if (outcome.kind === 'unfinished')
    return `${kind} ${outcome.isKilled === true ? 'was killed' : 'is running, or was killed'}`
  return `${kind} failed${outcome.step === undefined ? '' : ` at ${outcome.step}`}`
}

/** The steps, open while the attempt is under way. */
function Steps({ attempt, isRunning }: { attempt: Attempt; isRunning: boolean }): JSX.Element | null {
  const { release, steps, plan, outcome } = attempt
  if (steps.length === 0) return null
  return (
    <details open={outcome.kind === 'unfinished' && outcome.isKilled !== true}>
      <summary>
        {Math.max(steps.length, plan.length)} steps<span class="unseen"> of {release}</span>
      </summary>
      <StepsTable attempt={attempt} isRunning={isRunning} />
    </details>
  )
}

function TaskLine({ task }: { task: TaskAttempt }): JSX.Element {
  const { outcome, exitCode, isKilled } = task
  const isOpen = outcome === 'unfinished' && isKilled !== true
  const tone = outcome === 'done' ? 'good' : isOpen ? 'busy' : 'bad'
  const mark = outcome === 'done' ? '✓' : isOpen ? '…' : '✗'
  const end = outcome !== 'unfinished' ? outcome : isOpen ? 'is running, or was killed' : 'was killed'
  return (
    <EventLine event={task} {...{ mark, tone }} requests="">
      Task <code>{task.task}</code> {end}
      {outcome === 'failed' && exitCode !== undefined && ` with exit code ${exitCode}`}
    </EventLine>
  )
}

type EventLineProps = {
  event: Pick<Attempt | TaskAttempt, 'startedAtMs' | 'by' | 'durationMs'>
  mark: string
  tone: string
  /** What the probe counted. */
  requests: ComponentChildren
  /** The words of the event. */
  children: ComponentChildren
  /** Lines below. */
  more?: ComponentChildren
}

/** One event: what, when and by whom, how long, and the requests that failed. */
function EventLine({ event, mark, tone, requests, children, more }: EventLineProps): JSX.Element {
  const { startedAtMs, by, durationMs } = event
  return (
    <li class={`event ${tone}`}>
      <p class="what">
        <span aria-hidden="true">{mark}</span> {children}
      </p>
      <p class="when">
        <Time atMs={startedAtMs} />
        {by !== undefined && `, ${renderDeployer(by)}`}
      </p>
      <p class="number">{durationMs === undefined ? '' : renderDuration(durationMs)}</p>
      <p class="number">{requests}</p>
      {more}
    </li>
  )
}
