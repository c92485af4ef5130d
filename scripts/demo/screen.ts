import { createTerminalStyle, type TerminalStyle } from '../../src/ui/terminal/terminal-style.ts'
import type { OutputStream } from '../../src/ui/terminal/output-stream.ts'

/** What the demo prints on: dray's own output and, on a terminal, a footer that stays below it. */
export type Screen = {
  /** A terminal that can be painted over; else everything comes as lines. */
  isLive: boolean
  style: TerminalStyle
  /** Where dray's reporters write. */
  stream: OutputStream
  say(text?: string): void
  /** Replaces the lines at the end of the terminal. Nothing happens where there is no terminal. */
  showFooter(lines: readonly string[]): void
  /** Leaves the footer where it is, as text like any other, and gives the cursor back. */
  keepFooter(): void
}

type Terminal = OutputStream & { isTTY?: boolean; columns?: number; rows?: number }

const ERASE_BELOW = '\u001b[J'
const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
/** Begin and end of a synchronised update: terminals that know it show the whole change at once, others ignore it. */
const UPDATE = { begin: '\u001b[?2026h', end: '\u001b[?2026l' }

/** The screen on a stream. Whatever is written to it ends a line, so that the footer begins at a line's start. */
export function createScreen(terminal: Terminal, env: NodeJS.ProcessEnv): Screen {
  const isLive = terminal.isTTY === true && env['TERM'] !== 'dumb' && !isCi(env)
  let footer: readonly string[] = []

  const write = (text: string, next: readonly string[] = footer): void => {
    if (footer.length === 0 && next.length === 0) {
      terminal.write(text)
      return
    }
    const back = footer.length === 0 ? '' : `\r\u001b[${footer.length}A${ERASE_BELOW}`
    footer = next
    terminal.write(
      UPDATE.begin + back + text + footer.map((line) => `${line}\n`).join('') + HIDE_CURSOR + UPDATE.end,
    )
  }

  return {
    isLive,
    style: createTerminalStyle({ env, isTTY: terminal.isTTY === true, columns: terminal.columns }),
    stream: {
      write: (text) => write(text),
      isTTY: terminal.isTTY === true,
      get columns() {
        return terminal.columns
      },
      get rows() {
        return terminal.rows === undefined ? undefined : terminal.rows - footer.length
      },
    },
    say: (text = '') => write(`${text}\n`),
    showFooter: (lines) => {
      if (isLive) write('', lines)
    },
    keepFooter: () => {
      footer = []
      if (isLive) terminal.write(SHOW_CURSOR)
    },
  }
}

function isCi(env: NodeJS.ProcessEnv): boolean {
  return !['', '0', 'false'].includes(env['CI'] ?? '')
}
