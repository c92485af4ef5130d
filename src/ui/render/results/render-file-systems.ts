import { defaultDiskRules } from '../../../deploy/model/disk/disk-rules.ts'
import { usedPercent, type FileSystem } from '../../../deploy/model/file-system.ts'
import { renderBytes } from '../../../shared/bytes.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderBar } from '../text/render-bar.ts'
import { renderTable } from '../text/render-table.ts'

const BAR_COLUMNS = 20
/** A bar for each file system. */
export function renderFileSystems(fileSystems: readonly FileSystem[], style: TerminalStyle): string[] {
  const { colors, glyphs, columns } = style
  return renderTable({
    rows: fileSystems.map((it) => [
      it.mount,
      renderBar(usedPercent(it) / 100, BAR_COLUMNS, glyphs),
      `${usedPercent(it)} %`,
      `${renderBytes(it.availableBytes)} free of ${renderBytes(it.totalBytes)}, for ${it.holds.join(' and ')}`,
    ]),
    columns: [
      {},
      { paint: colors.cyan },
      {
        align: 'right',
        paint: (text) =>
          Number.parseInt(text, 10) > defaultDiskRules.limitPercent ? colors.yellow(text) : text,
      },
      { paint: colors.dim },
    ],
    indent: '  ',
    maxWidth: columns,
  })
}
