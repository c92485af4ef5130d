import { createTerminalStyle, type TerminalStyle } from '../../src/ui/terminal/terminal-style.ts'
import type { OutputStream } from '../../src/ui/terminal/output-stream.ts'

/** Output of the demo: dray's output and, on a terminal, a footer below it. */
export type Screen = {
  /** The output is a terminal that can be repainted; otherwise it is printed as lines. */
  isLive: boolean
  style: TerminalStyle
  /** Stream for dray's reporters. */
  stream: OutputStream
  say(text?: string): void
  /** Replaces the lines at the end of the terminal. No effect without a terminal. */
  showFooter(lines: readonly string[]): void
  /** Leaves the footer on the screen as ordinary text and shows the cursor again. */
  keepFooter(): void
}

type Terminal = OutputStream & { isTTY?: boolean; columns?: number; rows?: number }

const ERASE_BELOW = '\u001b[J'
const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
/** Begin and end of a synchronised update: terminals that support it show the change at once, others ignore it. */
const UPDATE = { begin: '\u001b[?2026h', end: '\u001b[?2026l' }

/** Creates the screen on a stream. Every write must end with a line break, so that the footer begins a line. */
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
