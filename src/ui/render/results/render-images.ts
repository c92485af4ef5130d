import type { Digest } from '../../../deploy/model/image-reference.ts'
import type { PruneDecision } from '../../../operations/images/decide-pruning.ts'
import type { ImageUser } from '../../../operations/images/package-version.ts'
import { renderTimeAgo } from '../../../shared/time-ago.ts'
import { renderBytes } from '../../../shared/bytes.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { shortDigest } from '../deploy/render-summary.ts'
import { renderTable } from '../text/render-table.ts'

export type ListedImage = {
  digest: Digest
  tags: readonly string[]
  createdAtMs: number
  /** Compressed, of the largest variant; absent if the manifest is missing. */
  sizeBytes?: number
  users: readonly ImageUser[]
}

/** The images of a repository, one per line, newest first. */
export function renderImages(
  { repository, images, nowMs }: { repository: string; images: readonly ListedImage[]; nowMs: number },
  { colors, columns }: TerminalStyle,
): string {
  const rows = [...images].sort((a, b) => b.createdAtMs - a.createdAtMs)
  const table = renderTable({
    heading: { cells: ['tags', 'digest', 'size', 'age', 'used by'], paint: colors.dim },
    rows: rows.map(({ tags, digest, sizeBytes, createdAtMs, users }) => [
      tags.map(shortTag).join(', ') || 'untagged',
      shortDigest(digest),
      sizeBytes === undefined ? 'no manifest' : renderBytes(sizeBytes),
      renderTimeAgo(nowMs - createdAtMs),
      users.map(renderUser).join(', '),
    ]),
    columns: [{ paint: colors.bold }, { paint: colors.dim }, { align: 'right' }, { paint: colors.dim }, {}],
    indent: '  ',
    maxWidth: columns,
  })
  return `${[colors.bold(repository), ...table].join('\n')}\n`
}

/** Retained versions of a repository with the reason, and unused ones. Retained untagged versions are only counted. */
export function renderPruning(
  { repository, decision, nowMs }: { repository: string; decision: PruneDecision; nowMs: number },
  { colors, glyphs, columns }: TerminalStyle,
): string {
  const named = decision.retained.filter(({ version }) => version.tags.length > 0)
  const parts = decision.retained.length - named.length
  const rows = [
    ...named.map(({ version, reason }) => ({ mark: glyphs.done, version, reason })),
    ...decision.removable.map((version) => ({ mark: glyphs.failed, version, reason: 'unused' })),
  ]
  const table = renderTable({
    rows: rows.map(({ mark, version, reason }) => [
      mark,
      version.tags.map(shortTag).join(', ') || 'untagged',
      shortDigest(version.digest),
      Number.isFinite(version.createdAtMs) ? renderTimeAgo(nowMs - version.createdAtMs) : 'unknown age',
      reason,
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
  const counts = `${named.length} tagged and ${parts} untagged retained, ${decision.removable.length} unused`
  return `${[`${colors.bold(repository)}: ${counts}`, ...table].join('\n')}\n`
}

/** The last sentence: the number of deleted versions, or how to delete them. */
export function renderPruneEnd(
  {
    isDeleting,
    deleted,
    refused,
    removable,
  }: { isDeleting: boolean; deleted: number; refused: number; removable: number },
  { glyphs }: TerminalStyle,
): string {
  const versions = (count: number): string => `${count} version${count === 1 ? '' : 's'}`
  if (removable === 0) return `${glyphs.done} Nothing to delete.\n`
  if (!isDeleting)
    return `${glyphs.arrow} Nothing was deleted. Add --delete to delete ${versions(removable)}.\n`
  const notDeleted = refused === 0 ? '' : `, GitHub refused ${refused}`
  return `${glyphs.done} Deleted ${versions(deleted)}${notDeleted}. GitHub can restore them for 30 days.\n`
}

function renderUser({ environment, release, isServing }: ImageUser): string {
  return `${environment} ${isServing ? 'runs' : 'archives'} ${release}`
}

/** Shortens a commit hash to seven digits, as git does. */
function shortTag(tag: string): string {
  if (/^[0-9a-f]{40}$/.test(tag)) return tag.slice(0, 7)
  return tag.replace(/^(sha256-[0-9a-f]{12})[0-9a-f]{52}/, '$1')
}
