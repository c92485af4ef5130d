import type { ComponentChildren, JSX } from 'preact'
import type { Failure } from '../../../deploy/model/events.ts'
import { renderTimeAgo } from '../../../shared/time-ago.ts'
import { now } from './state.ts'

/** A time in words, with the exact one in its title and for machines. */
export function Time({ atMs }: { atMs: number }): JSX.Element {
  const exact = new Date(atMs)
  return (
    <time dateTime={exact.toISOString()} title={exact.toLocaleString(undefined, { timeZoneName: 'short' })}>
      {renderTimeAgo(Math.max(0, now.value - atMs))}
    </time>
  )
}

/** A tag, or a commit hash shortened as git does. */
export function Tag({ tag }: { tag: string | undefined }): JSX.Element | null {
  if (tag === undefined) return null
  const isCommit = /^[0-9a-f]{40}$/.test(tag)
  return (
    <code title={isCommit ? `commit ${tag}` : undefined} class="tag">
      {isCommit ? tag.slice(0, 7) : tag}
    </code>
  )
}

/** A share of a whole as a bar; the text beside it says the same. */
export function Bar({
  from = 0,
  percent,
  tone,
}: {
  from?: number
  percent: number
  tone: string
}): JSX.Element {
  return (
    <svg class={`bar ${tone}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="8" />
      <rect class="fill" x={from} width={Math.max(percent, 0.6)} height="8" />
    </svg>
  )
}

/** One line of a list of facts; nothing without a value. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element | null {
  if (children === undefined || children === null || children === '') return null
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** A failure with the next command. */
export function FailureNote({ failure }: { failure: Failure }): JSX.Element {
  return (
    <div class="problem">
      <p>{failure.message}</p>
      <p class="hint">
        <Commands text={failure.hint} />
      </p>
    </div>
  )
}

/** Text in which commands are in backquotes. */
export function Commands({ text }: { text: string }): JSX.Element {
  return (
    <>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
  )
}
