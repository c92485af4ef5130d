import type { ComponentChildren, JSX } from 'preact'
import { usedPercent, type FileSystem } from '../../../deploy/model/file-system.ts'
import type { Failure } from '../../../deploy/model/events.ts'
import type { SourceCommit } from '../../../deploy/model/release.ts'
import { renderBytes } from '../../../shared/bytes.ts'
import { renderTimeAgo } from '../../../shared/time-ago.ts'
import { furtherLines } from '../../render/text/further-lines.ts'
import { isExact, now } from './state.ts'

/** A time in words, and exactly when that is asked for. `nowMs`: the time on the clock of `atMs`, if that is not the browser's. */
export function Time({ atMs, nowMs = now.value }: { atMs: number; nowMs?: number }): JSX.Element {
  const at = new Date(atMs)
  const exact = at.toLocaleString(undefined, { timeZoneName: 'short' })
  return (
    <time dateTime={at.toISOString()} title={exact}>
      {isExact.value ? exact : renderTimeAgo(Math.max(0, nowMs - atMs))}
    </time>
  )
}

/** A digest, shortened until the whole is asked for. */
export function Digest({ digest }: { digest: string }): JSX.Element {
  return <code title={digest}>{isExact.value ? digest : digest.slice(0, 19)}</code>
}

/** A tag, or a commit hash shortened as git does. */
export function Tag({ tag }: { tag: string | undefined }): JSX.Element | null {
  if (tag === undefined) return null
  const isCommit = /^[0-9a-f]{40}$/.test(tag)
  return (
    <code title={isCommit ? `commit ${tag}` : undefined} class="tag">
      {isCommit && !isExact.value ? tag.slice(0, 7) : tag}
    </code>
  )
}

/** The commit that was deployed, shortened as git does until the whole is asked for. */
export function Commit({ commit }: { commit: SourceCommit }): JSX.Element {
  const { id, isDirty } = commit
  return (
    <>
      <code title={`commit ${id}`} class="tag">
        {isExact.value ? id : id.slice(0, 7)}
      </code>
      {isDirty === true && ' + changes'}
    </>
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

/** A failure with the last lines of its log, what is serving, what was undone and what was not, and the next command. */
export function FailureNote({ failure }: { failure: Failure }): JSX.Element {
  const logTail = furtherLines(failure)
  const { serving, undone = [], notUndone = [] } = failure
  return (
    <div class="problem">
      <p>{failure.message}</p>
      {logTail.length > 0 && (
        <pre class="tail" role="region" aria-label="Last lines of the log" tabIndex={0}>
          {logTail.join('\n')}
        </pre>
      )}
      {serving !== undefined && <p>{serving}</p>}
      <Changes name="Undone" changes={undone} />
      <Changes name="Not undone" changes={notUndone} />
      <p class="hint">
        <Commands text={failure.hint} />
      </p>
    </div>
  )
}

function Changes({ name, changes }: { name: string; changes: readonly string[] }): JSX.Element | null {
  if (changes.length === 0) return null
  return (
    <>
      <p>{name}:</p>
      <ul>
        {changes.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  )
}

/** Text in which commands are in backquotes. */
export function Commands({ text }: { text: string }): JSX.Element {
  return (
    <>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
  )
}

/** A part that was read once, with its age and a button that reads it again; after a problem it is the last known. */
export function Reread({
  isAsking,
  again,
  words,
  readAtMs,
  problem,
}: {
  isAsking: boolean
  again: () => void
  words: string
  readAtMs: number | undefined
  problem: string | undefined
}): JSX.Element {
  return (
    <p class="tools">
      <button type="button" aria-disabled={isAsking} onClick={() => isAsking || again()}>
        {isAsking ? `${words}…` : 'Read again'}
      </button>{' '}
      {readAtMs !== undefined && (
        <span class="quiet">
          {problem === undefined ? 'Read' : 'Last known, read'} <Time atMs={readAtMs} />
        </span>
      )}
    </p>
  )
}

/**
 * A table that may be wider than its window; `label` names it for a screen reader. In a narrow window each row is a block, with the
 * heading of each cell in front of it (at most ten columns: app.css).
 */
export function WideTable({
  label,
  columns,
  children,
}: {
  label: string
  /** Headings; those that begin with `>` are of numbers. */
  columns: readonly string[]
  children: ComponentChildren
}): JSX.Element {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table style={headingsForCss(columns)}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col" class={name.startsWith('>') ? 'number' : ''}>
                {name.replace('>', '')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

/** The headings as custom properties, `--heading-1` for the first. */
function headingsForCss(columns: readonly string[]): Record<string, string> {
  const texts = columns.map((name) => JSON.stringify(name.replace('>', '')))
  return Object.fromEntries(texts.map((text, index) => [`--heading-${index + 1}`, text]))
}

/** How full a file system is. */
export function FileSystemBar({ fileSystem }: { fileSystem: FileSystem }): JSX.Element {
  const used = usedPercent(fileSystem)
  const tone = used >= 90 ? 'bad' : used >= 80 ? 'warn' : 'good'
  return (
    <span class="disk">
      <Bar percent={used} tone={tone} />
      <span title={`${fileSystem.mount}, for ${fileSystem.holds.join(' and ')}`}>
        {isExact.value && `${fileSystem.mount}, for ${fileSystem.holds.join(' and ')}: `}
        {used} %{used >= 80 && ', nearly full'}, {renderBytes(fileSystem.availableBytes)} free
      </span>
    </span>
  )
}
