import xterm, { type IBufferCell, type IBufferLine } from '@xterm/headless'
import type { Recording } from './capture.ts'

/** Text of one style on a line of a terminal. */
export type Run = {
  /** Column of its first character, from 0. */
  column: number
  text: string
  /** Number of the colour of the terminal's palette, 0 to 15; undefined for the default colour. */
  color: number | undefined
  isBold: boolean
  isDim: boolean
}

/** The screen of a terminal at a moment. Lines are counted from the first one ever written. */
export type Frame = { atMs: number; firstLine: number; lines: Run[][] }

/**
 * Replays a recording in a terminal emulator and reads the screen every `stepMs` milliseconds.
 * @returns the frames that differ from the one before, from the start of the recording; the last one is its end
 */
export async function replay({ columns, rows, writes }: Recording, stepMs: number): Promise<Frame[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true })
  const frames: Frame[] = []
  let next = 0
  let last = ''
  const endMs = writes.at(-1)?.atMs ?? 0
  for (let atMs = stepMs; atMs < endMs + stepMs; atMs += stepMs) {
    while ((writes[next]?.atMs ?? Infinity) <= atMs) {
      const text = writes[next++]?.text ?? ''
      await new Promise<void>((resolve) => terminal.write(text, resolve))
    }
    const frame = readFrame(terminal, Math.min(atMs, endMs))
    const seen = JSON.stringify([frame.firstLine, frame.lines])
    if (seen !== last) frames.push(frame)
    last = seen
  }
  terminal.dispose()
  return frames
}

function readFrame(terminal: xterm.Terminal, atMs: number): Frame {
  const buffer = terminal.buffer.active
  const lines = Array.from({ length: terminal.rows }, (_, row) => {
    const line = buffer.getLine(buffer.baseY + row)
    return line === undefined ? [] : readRuns(line, terminal.cols)
  })
  return { atMs, firstLine: buffer.baseY, lines }
}

/** Runs of a line. Spaces between words belong to a run only where they are single. */
function readRuns(line: IBufferLine, columns: number): Run[] {
  const runs: Run[] = []
  for (let column = 0; column < columns; column++) {
    const cell = line.getCell(column)
    if (cell === undefined || cell.getWidth() === 0) continue
    const style = readStyle(cell)
    const chars = cell.getChars() || ' '
    const run = runs.at(-1)
    const isNext = run !== undefined && run.column + run.text.length === column && isSameStyle(run, style)
    if (isNext && !(chars === ' ' && run.text.endsWith(' '))) run.text += chars
    else if (chars !== ' ') runs.push({ column, text: chars, ...style })
  }
  return runs.map((run) => ({ ...run, text: run.text.trimEnd() }))
}

type Style = Pick<Run, 'color' | 'isBold' | 'isDim'>

function readStyle(cell: IBufferCell): Style {
  const color = cell.isFgPalette() ? cell.getFgColor() : undefined
  return { color, isBold: cell.isBold() !== 0, isDim: cell.isDim() !== 0 }
}

function isSameStyle(a: Style, b: Style): boolean {
  return a.color === b.color && a.isBold === b.isBold && a.isDim === b.isDim
}
