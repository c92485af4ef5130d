import type { Digest } from '../../deploy/model/image-reference.ts'
import type { PruneDecision } from '../../operations/images/decide-pruning.ts'
import type { ImageUser } from '../../operations/images/package-version.ts'
import { renderTimeAgo } from '../../shared/time-ago.ts'
import { renderBytes } from '../../shared/bytes.ts'
import type { TerminalStyle } from '../terminal/terminal-style.ts'
import { shortDigest } from './render-summary.ts'
import { renderTable } from './render-table.ts'

export type ListedImage = {
  digest: Digest
  tags: readonly string[]
  createdAtMs: number
  /** Compressed, of its largest variant; absent where the manifest is gone. */
  sizeBytes?: number
  users: readonly ImageUser[]
}

/** The images of a repository, a line each, the newest first. */
export function renderImages(
  { repository, images, nowMs }: { repository: string; images: readonly ListedImage[]; nowMs: number },
  { colors, columns }: TerminalStyle,
): string {
  const rows = [...images].sort((a, b) => b.createdAtMs - a.createdAtMs)
  const table = renderTable({
    heading: { cells: ['tags', 'digest', 'size', 'age', 'needed by'], paint: colors.dim },
    rows: rows.map(({ tags, digest, sizeBytes, createdAtMs, users }) => [
      tags.map(shortTag).join(', ') || 'no tag',
      shortDigest(digest),
      sizeBytes === undefined ? 'gone' : renderBytes(sizeBytes),
      renderTimeAgo(nowMs - createdAtMs),
      users.map(renderUser).join(', '),
    ]),
    columns: [{ paint: colors.bold }, { paint: colors.dim }, { align: 'right' }, { paint: colors.dim }, {}],
    indent: '  ',
    maxWidth: columns,
  })
  return `${[colors.bold(repository), ...table].join('\n')}\n`
}

/** What stays of a repository and why, and what goes. What is only part of what stays is counted. */
export function renderPruning(
  { repository, decision, nowMs }: { repository: string; decision: PruneDecision; nowMs: number },
  { colors, glyphs, columns }: TerminalStyle,
): string {
  const named = decision.kept.filter(({ version }) => version.tags.length > 0)
  const parts = decision.kept.length - named.length
  const rows = [
    ...named.map(({ version, because }) => ({ mark: glyphs.done, version, why: because })),
    ...decision.doomed.map((version) => ({ mark: glyphs.failed, version, why: 'nobody needs it' })),
  ]
  const table = renderTable({
    rows: rows.map(({ mark, version, why }) => [
      mark,
      version.tags.map(shortTag).join(', ') || 'no tag',
      shortDigest(version.digest),
      Number.isFinite(version.createdAtMs) ? renderTimeAgo(nowMs - version.createdAtMs) : 'no age',
      why,
    ]),
    columns: [
      { paint: (mark) => (mark.includes(glyphs.failed) ? colors.red(mark) : colors.green(mark)) },
      { paint: colors.bold },
      { paint: colors.dim },
      { paint: colors.dim },
      {},
    ],
    indent: ' ',
    maxWidth: columns,
  })
  const stays = `${named.length} with a tag and ${parts} without stay, ${decision.doomed.length} can go`
  return `${[`${colors.bold(repository)}: ${stays}`, ...table].join('\n')}\n`
}

/** The last sentence: what was deleted, or how to do it. */
export function renderPruneEnd(
  {
    isDeleting,
    deleted,
    refused,
    doomed,
  }: { isDeleting: boolean; deleted: number; refused: number; doomed: number },
  { glyphs }: TerminalStyle,
): string {
  if (doomed === 0) return `${glyphs.done} There is nothing to delete.\n`
  if (!isDeleting)
    return `${glyphs.arrow} Nothing was deleted. The same with --delete deletes ${doomed} versions.\n`
  const kept = refused === 0 ? '' : `; GitHub keeps ${refused}`
  return `${glyphs.done} ${deleted} versions are deleted${kept}. GitHub can restore them for 30 days.\n`
}

function renderUser({ environment, release, isServing }: ImageUser): string {
  return `${environment} ${isServing ? 'runs' : 'keeps'} ${release}`
}

/** A commit hash is cut to the seven digits that people know. */
function shortTag(tag: string): string {
  if (/^[0-9a-f]{40}$/.test(tag)) return tag.slice(0, 7)
  return tag.replace(/^(sha256-[0-9a-f]{12})[0-9a-f]{52}/, '$1')
}
