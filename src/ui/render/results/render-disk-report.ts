import type { DiskReport } from '../../../operations/disk/disk-report.ts'
import { renderBytes } from '../../../shared/bytes.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderBar } from '../text/render-bar.ts'
import { renderFileSystems } from './render-file-systems.ts'
import { renderTable } from '../text/render-table.ts'
import { wrapToWidth } from '../../terminal/text-width.ts'

const BAR_COLUMNS = 24

/** Disk usage of a host: its file systems, then a bar for each share, relative to the largest. */
export function renderDiskReport(report: DiskReport, style: TerminalStyle): string {
  const { colors, glyphs, columns } = style
  const { shares } = report
  const largest = Math.max(1, ...shares.map(({ sizeBytes }) => sizeBytes ?? 0))
  const table = renderTable({
    rows: shares.map(({ name, sizeBytes, note }) => [
      name,
      renderBar((sizeBytes ?? 0) / largest, BAR_COLUMNS, glyphs),
      sizeBytes === undefined ? '?' : renderBytes(sizeBytes),
      note ?? '',
    ]),
    columns: [{}, { paint: colors.cyan }, { align: 'right' }, { paint: colors.dim }],
    indent: '  ',
    maxWidth: columns,
  })
  const blocks = [
    [colors.bold(report.host), ...renderFileSystems(report.fileSystems, style)],
    table,
    report.warnings.flatMap((warning) =>
      wrapToWidth(warning, (columns ?? Infinity) - 2).map(
        (line, index) => `${index === 0 ? colors.yellow(glyphs.warning) : ' '} ${line}`,
      ),
    ),
  ]
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}
