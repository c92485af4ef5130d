import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Failure } from '../../../deploy/model/events.ts'
import type { PageAnswers, RollbackView } from '../model.ts'
import { FailureNote } from './parts.tsx'
import { linkTo } from './route.ts'
import { beginRollback } from './state.ts'
import { sentenceOf, useAsk, usePoll } from './use-poll.ts'

type Target = { environment: string; release: string }

/** Begins a rollback after its plan and its command line were shown, and the name of a production-like environment was typed. */
export function RollbackPanel({ environment, release }: Target): JSX.Element {
  const stage = useSignal<'closed' | 'planned' | 'begun'>('closed')
  const button = useRef<HTMLButtonElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const wasOpen = useRef(false)
  const isOpen = stage.value !== 'closed'
  // What had the focus is gone: it moves to what has come instead.
  useEffect(() => {
    if (isOpen) heading.current?.focus()
    else if (wasOpen.current) button.current?.focus()
    wasOpen.current = isOpen
  }, [stage.value])
  if (stage.value === 'closed')
    return (
      <p class="tools">
        <button type="button" ref={button} onClick={() => (stage.value = 'planned')}>
          Roll back to this…
        </button>
      </p>
    )
  return (
    <section class="action" aria-label={`Rollback to ${release}`}>
      <h2 ref={heading} tabIndex={-1}>
        Roll {environment} back to {release}
      </h2>
      {stage.value === 'planned' ? (
        <Planned
          {...{ environment, release }}
          onCancel={() => (stage.value = 'closed')}
          onBegun={() => (stage.value = 'begun')}
        />
      ) : (
        <Begun {...{ environment, release }} onAgain={() => (stage.value = 'planned')} />
      )}
    </section>
  )
}

type PlannedProps = Target & { onCancel: () => void; onBegun: () => void }

function Planned({ environment, release, onCancel, onBegun }: PlannedProps): JSX.Element {
  const { answer, problem } = useAsk('rollback', { environment, release })
  if (answer === undefined && problem === undefined) return <p class="quiet">Making the plan…</p>
  if (answer === undefined || problem !== undefined || 'failure' in answer)
    return (
      <>
        {problem !== undefined && <p class="problem">{problem}</p>}
        {answer !== undefined && 'failure' in answer && <FailureNote failure={answer.failure} />}
        <button type="button" onClick={onCancel}>
          Close
        </button>
      </>
    )
  return <Confirmation plan={answer} {...{ environment, release, onCancel, onBegun }} />
}

function Confirmation({
  plan,
  environment,
  release,
  onCancel,
  onBegun,
}: PlannedProps & { plan: RollbackView }): JSX.Element {
  const { plan: shown, command, steps, hooks, warnings, notUndone, confirmName } = plan
  const typed = useSignal('')
  const failure = useSignal<Failure | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const isSending = useSignal(false)
  const isReady = !isSending.value && (confirmName === undefined || typed.value === confirmName)
  const begin = async (): Promise<void> => {
    isSending.value = true
    try {
      const begun = await beginRollback({ environment, release, confirm: typed.value, plan: shown })
      if ('release' in begun) onBegun()
      else failure.value = begun.failure
    } catch (error) {
      problem.value = sentenceOf(error)
    }
    isSending.value = false
  }
  const severalHosts = new Set(steps.map(({ host }) => host)).size > 1
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) void begin()
      }}
    >
      <p>
        In a terminal: <code>{command}</code>
      </p>
      {warnings.map((text) => (
        <p class="problem" key={text}>
          {text}
        </p>
      ))}
      {notUndone.map((text) => (
        <p key={text}>Not undone: {text}</p>
      ))}
      {steps.length === 0 ? (
        <p>Nothing would change.</p>
      ) : (
        <ol>
          {steps.map(({ id, host, title, cause, details }) => (
            <li key={id}>
              {title}
              {severalHosts && ` on ${host}`} <span class="quiet">{cause}</span>
              <Details texts={details} />
            </li>
          ))}
        </ol>
      )}
      {hooks.length > 0 && (
        <>
          <p>Hooks, on the machine that runs dray:</p>
          <Details texts={hooks.map((hook) => `${hook.moment}: ${hook.command}`)} />
        </>
      )}
      <p class="quiet">
        The plan is made again under the lock, of what is on the server then. If it is another one, nothing is
        changed.
      </p>
      {confirmName !== undefined && (
        <p>
          <label>
            Type <b>{confirmName}</b> to confirm:{' '}
            <input
              type="text"
              autocomplete="off"
              value={typed.value}
              onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
            />
          </label>
        </p>
      )}
      {failure.value !== undefined && <FailureNote failure={failure.value} />}
      {problem.value !== undefined && <p class="problem">{problem.value}</p>}
      <p class="tools">
        <button
          class="go"
          type="submit"
          disabled={confirmName !== undefined && typed.value !== confirmName}
          aria-disabled={!isReady}
        >
          Roll {environment} back
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </p>
    </form>
  )
}

function Details({ texts }: { texts: readonly string[] }): JSX.Element | null {
  if (texts.length === 0) return null
  return (
    <ul>
      {texts.map((text) => (
        <li key={text}>
          <code>{text}</code>
        </li>
      ))}
    </ul>
  )
}

function Begun({ environment, release, onAgain }: Target & { onAgain: () => void }): JSX.Element {
  const { answer, problem } = usePoll('action', { environment }, 1000)
  return (
    <>
      <p role="status">{progressOf(answer, { release, isLost: problem !== undefined })}</p>
      {problem !== undefined && (
        <p class="problem">
          {problem} The terminal of dray says how the rollback ended; <code>dray status {environment}</code>{' '}
          shows what is serving.
        </p>
      )}
      {answer?.state === 'failed' && answer.failure !== undefined && <FailureNote failure={answer.failure} />}
      {answer?.state === 'failed' && (
        <p class="tools">
          <button type="button" onClick={onAgain}>
            Make the plan again
          </button>
        </p>
      )}
      <p>
        <a href={linkTo({ screen: 'live', environment })}>Follow it step by step</a>
      </p>
    </>
  )
}

/** How the last rollback of the environment is going, which may be another one: it was begun on another page. */
function progressOf(
  answer: PageAnswers['action'] | undefined,
  { release, isLost }: { release: string; isLost: boolean },
): string {
  if (answer === undefined || answer.state === 'none') return isLost ? '? Nothing is known of it.' : '…'
  const name = answer.release === release ? 'The rollback' : `Another rollback, to ${answer.release},`
  if (answer.state === 'done') return `✓ Rolled back to ${answer.release}.`
  if (answer.state === 'failed') return `✗ ${name} failed.`
  return isLost ? `? ${name} was running.` : `↻ ${name} is running.`
}
