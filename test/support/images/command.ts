import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** How a program is run: what it reads on its standard input, and for how long at most. */
export type CommandOptions = { input?: string; timeoutMs?: number }

/** Runs a program and returns its standard output. Throws when it fails, with its last error lines in the message. */
export async function command(
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<string> {
  const [program, ...args] = argv
  const running = execute(program, args, { maxBuffer: 64 * 1024 * 1024, timeout: options.timeoutMs ?? 0 })
  // A program that does not read has closed its end by the time we write to it.
  running.child.stdin?.on('error', () => {})
  running.child.stdin?.end(options.input ?? '')
  try {
    return (await running).stdout
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').slice(-12).join('\n')
    throw new Error(`${argv.slice(0, 4).join(' ')} failed: ${said || String(error)}`, { cause: error })
  }
}
