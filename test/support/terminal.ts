import { spawn, type IPty } from '@lydell/node-pty'
import xterm from '@xterm/headless'

type Size = { columns: number; rows: number }

/** A terminal emulator that is written to as to a stream, and whose screen can be read back. */
export class Terminal {
  readonly isTTY = true
  /** Every byte written, for what the screen does not show. */
  raw = ''
  readonly #emulator: xterm.Terminal

  constructor({ columns, rows }: Size) {
    this.#emulator = new xterm.Terminal({
      cols: columns,
      rows,
      scrollback: 1000,
      convertEol: true,
      allowProposedApi: true,
    })
  }

  get columns(): number {
    return this.#emulator.cols
  }

  get rows(): number {
    return this.#emulator.rows
  }

  write(text: string): boolean {
    this.raw += text
    this.#emulator.write(text)
    return true
  }

  resize({ columns, rows }: Size): void {
    this.#emulator.resize(columns, rows)
  }

  /** Resolves when all that was written is drawn. */
  async settle(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#emulator.write('', resolve)
    })
  }

  /** Everything on the screen and above it, without the empty lines at the end; wrapped rows are separate lines. */
  async lines(): Promise<string[]> {
    await this.settle()
    const buffer = this.#emulator.buffer.active
    const lines = Array.from({ length: buffer.length }, (_, row) =>
      buffer.getLine(row)!.translateToString(true),
    )
    while (lines.at(-1) === '') lines.pop()
    return lines.map((line) => line.trimEnd())
  }

  /** As `lines`, joined. */
  async text(): Promise<string> {
    return (await this.lines()).join('\n')
  }

  isCursorHidden(): boolean {
    return this.raw.lastIndexOf('\u001b[?25l') > this.raw.lastIndexOf('\u001b[?25h')
  }
}

/** A program on a pseudo-terminal of its own, its output drawn by a terminal emulator. */
export class TerminalProgram {
  readonly terminal: Terminal
  readonly exited: Promise<number>
  readonly #pty: IPty
  #wake: () => void = () => {}

  constructor(argv: readonly string[], options: Size & { env: Record<string, string> }) {
    const { columns, rows, env } = options
    const [program = '', ...args] = argv
    this.terminal = new Terminal({ columns, rows })
    // The tests may run in a CI job; the user at this terminal does not.
    const inherited = { ...process.env, CI: '', GITHUB_ACTIONS: '' }
    this.#pty = spawn(program, args, { cols: columns, rows, env: { ...inherited, ...env } })
    this.#pty.onData((text) => {
      this.terminal.write(text)
      this.#wake()
    })
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode }) => {
        this.#wake()
        resolve(exitCode)
      })
    })
  }

  /** Resolves as soon as the screen holds a text; the test's own time limit is the only one. */
  async untilShown(text: string | RegExp): Promise<void> {
    const isShown = (shown: string): boolean =>
      typeof text === 'string' ? shown.includes(text) : text.test(shown)
    while (!isShown(await this.terminal.text())) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  resize(size: Size): void {
    this.terminal.resize(size)
    this.#pty.resize(size.columns, size.rows)
  }

  type(keys: string): void {
    this.#pty.write(keys)
  }

  kill(): void {
    this.#pty.kill('SIGKILL')
  }
}
