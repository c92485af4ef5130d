import { diskPercent, SHORT_PERCENT } from '../deploy/status/disk-percent.ts'
import type { FileSystem } from '../deploy/status/host-look.ts'
import type { Look } from './look.ts'
import { renderBar } from './render-bar.ts'
import { renderBytes } from './render-bytes.ts'
import { renderTable } from './render-table.ts'

const BAR_COLUMNS = 20
/** A bar for each file system. */
export function renderFileSystems(fileSystems: readonly FileSystem[], look: Look): string[] {
  const { colors, glyphs, columns } = look
  return renderTable({
    rows: fileSystems.map((it) => [
      it.mount,
      renderBar(diskPercent(it) / 100, BAR_COLUMNS, glyphs),
      `${diskPercent(it)} %`,
      `${renderBytes(it.availableBytes)} free of ${renderBytes(it.totalBytes)}, for ${it.holds.join(' and ')}`,
    ]),
    columns: [
      {},
      { paint: colors.cyan },
      {
        align: 'right',
        paint: (text) => (Number.parseInt(text, 10) > SHORT_PERCENT ? colors.yellow(text) : text),
      },
      { paint: colors.dim },
    ],
    indent: '  ',
    maxWidth: columns,
  })
}
