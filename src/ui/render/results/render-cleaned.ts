import type { Cleaned } from '../../../operations/disk/clean.ts'
import type { DiskThing, CleanupStage } from '../../../deploy/model/disk/disk-thing.ts'
import { renderBytes } from '../../../shared/bytes.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderFileSystems } from './render-file-systems.ts'
import { renderTable } from '../text/render-table.ts'

/** What a thing is, in a word or two; empty where its name says it. */
export const THING_KINDS: Readonly<Record<CleanupStage, string>> = {
  'dangling-images': 'dangling image',
  'build-cache': '',
  images: 'image',
  containers: 'container',
  networks: 'network',
  volumes: 'volume',
}

/** Things removed from a host (or that would be removed) and things retained, each with its size and the reason. */
export function renderCleaned(
  cleaned: Cleaned,
  { isDryRun }: { isDryRun: boolean },
  style: TerminalStyle,
): string {
  const { host, removed, isIncomplete = false } = cleaned
  const retained = cleaned.retained.filter((thing) => !isPlain(thing))
  const { bold } = style.colors
  const freed = renderBytes(removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
  const until = isIncomplete ? ', then the clean-up ended early' : ''
  const nothing = isIncomplete ? 'nothing was removed, the clean-up ended early' : 'nothing to remove'
  const summary =
    removed.length === 0
      ? `${bold(host)}: ${nothing}.`
      : `${bold(host)}: ${isDryRun ? `would free about ${freed}` : `freed about ${freed}`}${until}.`
  const blocks = [
    [summary],
    removed.length === 0 ? [] : [isDryRun ? 'Would be removed:' : 'Removed:', ...rowsOf(removed, style)],
    retained.length === 0 ? [] : ['Retained:', ...rowsOf(retained, style)],
    renderFileSystems(cleaned.fileSystemsAfter, style),
  ]
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

/** A running container and its network are retained for an obvious reason and not listed. */
function isPlain({ stage, isUsed }: DiskThing): boolean {
  return isUsed === true && (stage === 'containers' || stage === 'networks')
}

function rowsOf(things: readonly DiskThing[], { colors, columns }: TerminalStyle): string[] {
  return renderTable({
    rows: things.map(({ stage, name, sizeBytes, reason }) => [
      THING_KINDS[stage],
      name,
      stage === 'networks' ? '' : renderBytes(sizeBytes),
      reason,
    ]),
    columns: [{ paint: colors.dim }, {}, { align: 'right' }, { paint: colors.dim }],
    indent: '  ',
    maxWidth: columns,
  })
}
