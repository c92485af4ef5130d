import type { OutputStream } from './output-stream.ts'
import { widthOf } from './text-width.ts'

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const ERASE_LINE_END = '\u001b[K'
const ERASE_BELOW = '\u001b[J'

/** Lines at the end of a terminal's output that are repainted in place. Other lines are printed above them. */
export type LiveRegion = {
  /** Prints `printed` above, then shows `lines`, each at most `columns - 1` wide. Writes nothing if nothing changed. */
  paint(lines: readonly string[], printed: readonly string[]): void
  /** Leaves the lines on the screen and shows the cursor again. */
  release(): void
}

/** Uses the control sequences of ECMA-48 and DEC's cursor mode 25, which every common terminal emulator supports. */
export function createLiveRegion(stream: OutputStream): LiveRegion {
  let shown: readonly string[] = []
  let shownColumns = stream.columns
  let isHidden = false

  return {
    paint: (lines, printed) => {
      const isResized = stream.columns !== shownColumns
      if (!isResized && printed.length === 0 && isSame(lines, shown)) return
      const hide = isHidden ? '' : HIDE_CURSOR
      const back = cursorUp(rowsOf(shown, stream.columns))
      // A terminal that became narrower has wrapped the lines again, so they have moved: erase everything first.
      const erase = printed.length > 0 || isResized ? ERASE_BELOW : ''
      const text = [...printed, ...lines].map((line) => `${line}${ERASE_LINE_END}\n`).join('')
      stream.write(`${hide}${back}${erase}${text}${ERASE_BELOW}`)
      isHidden = true
      shown = lines
      shownColumns = stream.columns
    },
    release: () => {
      if (isHidden) stream.write(SHOW_CURSOR)
      isHidden = false
      shown = []
    },
  }
}

/** Number of rows that lines occupy at the terminal's current width. */
function rowsOf(lines: readonly string[], columns: number | undefined): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / (columns || Infinity))), 0)
}

function cursorUp(rows: number): string {
  return rows > 0 ? `\r\u001b[${rows}A` : '\r'
}

function isSame(lines: readonly string[], others: readonly string[]): boolean {
  return lines.length === others.length && lines.every((line, index) => line === others[index])
}
