import type { Attempt } from '../../../deploy/releases/history.ts'
import { releaseLabel } from '../../../deploy/model/release.ts'
import { someNames } from '../../../deploy/model/some-names.ts'
import { renderTimeAgo } from '../../../shared/time-ago.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { countOtherChanges } from '../text/render-changes.ts'
import { renderDeployer } from '../text/render-deployer.ts'
import { renderDuration } from '../text/render-duration.ts'
import { renderTable } from '../text/render-table.ts'

const HEADING = ['', 'RELEASE', 'TAG', 'WHEN', 'BY', 'DURATION', 'CHANGED', 'STATE', 'OUTCOME']

/** Deploys and rollbacks, one per line, newest first. `now` is milliseconds since the epoch. */
export function renderHistory(attempts: readonly Attempt[], style: TerminalStyle, now: number): string {
  if (attempts.length === 0) return 'Nothing deployed yet.\n'
  const { colors, columns: maxWidth } = style
  const { dim, bold } = colors
  const lines = renderTable({
    rows: [HEADING, ...attempts.map((it) => cells(it, style, now))],
    columns: [
      { paint: (text) => paintMark(text, style) },
      { paint: bold },
      {},
      { paint: dim },
      { paint: dim },
      { align: 'right', paint: dim },
      {},
      { paint: dim },
      {},
    ],
    maxWidth,
  })
  return `${lines.join('\n')}\n`
}

function cells(attempt: Attempt, { glyphs }: TerminalStyle, now: number): string[] {
  const {
    release,
    tag,
    startedAtMs,
    by,
    durationMs,
    imagesChanged,
    changes,
    outcome,
    isArchived,
    isCurrent,
  } = attempt
  const marks = { deployed: glyphs.done, failed: glyphs.failed, unfinished: glyphs.waiting }
  const isKilled = outcome.kind === 'unfinished' && outcome.isKilled === true
  return [
    isKilled ? glyphs.failed : marks[outcome.kind],
    release,
    shortTag(tag),
    renderTimeAgo(now - startedAtMs),
    by === undefined ? '' : renderDeployer(by),
    durationMs === undefined ? '' : renderDuration(durationMs),
    [...(imagesChanged ?? []), ...(changes ? countOtherChanges(changes) : [])].join(', '),
    isCurrent ? 'serving' : isArchived ? 'archived' : '',
    outcomeWords(attempt),
  ]
}

/** Paints the mark at the start of a line: red for a failure. */
export function paintMark(text: string, { colors, glyphs }: TerminalStyle): string {
  if (text.trim() === glyphs.cancelled) return colors.yellow(text)
  return text.trim() === glyphs.failed ? colors.red(text) : colors.green(text)
}

function outcomeWords(attempt: Attempt): string {
  const { lost, leftOut, joins } = attempt
  const more = [
    ...(joins === undefined ? [] : [`taken from ${joins.from}`]),
    ...(leftOut === undefined ? [] : [`without ${someNames(leftOut)}`]),
    ...(lost === undefined ? [] : [`lost: ${someNames(lost)}`]),
  ]
  return more.length === 0 ? resultWords(attempt) : `${resultWords(attempt)} (${more.join('; ')})`
}

function resultWords({ outcome, restores }: Attempt): string {
  const target =
    restores === undefined
      ? ''
      : ` to ${releaseLabel(restores.release, restores.tag && shortTag(restores.tag))}`
  switch (outcome.kind) {
    case 'deployed':
      return restores === undefined ? 'deployed' : `rolled back${target}`
    case 'unfinished':
      return `${restores === undefined ? 'deploy' : `rollback${target}`} ${outcome.isKilled === true ? 'killed' : 'killed or still running'}`
    case 'failed': {
      const where = outcome.step === undefined ? '' : ` at ${outcome.step}`
      const result = restores === undefined ? 'failed' : `rollback${target} failed`
      return `${result}${where}${outcome.reason === undefined ? '' : `: ${outcome.reason}`}`
    }
  }
}

/** Shortens a commit hash to seven digits, as git does. */
function shortTag(tag: string | undefined): string {
  return tag === undefined || !/^[0-9a-f]{40}$/.test(tag) ? (tag ?? '') : tag.slice(0, 7)
}
