import { spawn } from '@lydell/node-pty'

/** What a program wrote to a terminal, and when. */
export type Recording = {
  columns: number
  rows: number
  /** Milliseconds since the start of the program, in order, and the text written then. */
  writes: { atMs: number; text: string }[]
}

type Capture = { argv: readonly string[]; columns: number; rows: number; cwd: string }

/**
 * Runs a program on a pseudo-terminal and keeps what it writes.
 * @throws Error with the end of the output if the program exits with a code other than 0
 */
export async function captureProgram({ argv, columns, rows, cwd }: Capture): Promise<Recording> {
  const [program = '', ...args] = argv
  const writes: Recording['writes'] = []
  const start = performance.now()
  // Without the variables that ask for output without colours, or for lines instead of a repainted screen.
  const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...own } = process.env
  const env = { ...own, TERM: 'xterm-256color', LANG: 'C.UTF-8' }
  const pty = spawn(program, args, { cols: columns, rows, cwd, env })
  pty.onData((text) => writes.push({ atMs: Math.round(performance.now() - start), text }))
  const exitCode = await new Promise<number>((resolve) => pty.onExit((event) => resolve(event.exitCode)))
  if (exitCode !== 0) {
    const end = writes
      .map(({ text }) => text)
      .join('')
      .slice(-2000)
    throw new Error(`${argv.join(' ')} exited with code ${exitCode}:\n${end}`)
  }
  return { columns, rows, writes }
}
