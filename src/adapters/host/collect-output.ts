import { CommandTimedOut } from '../../errors/command-timed-out.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import type { Child } from './child.ts'
import { splitLines } from './line-splitter.ts'
import { keepTail } from './keep-tail.ts'
import type { CommandOutput, RunOptions } from './command-runner.ts'
import { MOST_ERROR_BYTES, MOST_OUTPUT_BYTES, onTooMuch, tooMuchOutput } from './too-much-output.ts'

/** Characters kept from the end of output that is read line by line, and of error output. */
const WATCHED_BYTES = 1024 ** 2

type CollectOptions = Omit<RunOptions, 'cwd' | 'env'> & {
  /** The command, for messages. */
  title: string
  /** Removes a line of standard error from the output if it returns true. */
  takesErrorLine?: (line: string) => boolean
  /** Selects the command's part of a chunk of standard output. */
  ownOutput?: (chunk: Buffer) => Buffer
  /** Ends the command, if ending the local program is not enough. */
  endCommand?: () => Promise<void>
}

/**
 * Sends input to a child and collects its output. Throws the signal's reason when it aborts, HOST_COMMAND_FAILED after
 * `timeoutMs` or with too much output, and PROCESS_LIMIT; the child has exited by then.
 */
export async function collectOutput(child: Child, options: CollectOptions): Promise<CommandOutput> {
  const { input, endCommand } = options
  const flood = new AbortController()
  const output = gather(child, options, (mostBytes) => {
    child.end()
    flood.abort(tooMuchOutput(options.title, mostBytes))
  })
  child.process.stdin.end(input)
  return waitForEnd({
    ...options,
    signal: AbortSignal.any([flood.signal, ...[options.signal ?? []].flat()]),
    ended: child.ended.then(({ exitCode, refusal }) => {
      if (refusal) throw refusal
      return { exitCode, stdout: output.stdout(), stderr: output.stderr() }
    }),
    endCommand: async () => {
      await endCommand?.()
      child.end()
    },
  })
}

/**
 * Waits for a command. Throws the signal's reason when it aborts, and HOST_COMMAND_FAILED after `timeoutMs`; the command
 * has exited by then.
 */
export async function waitForEnd(command: {
  title: string
  ended: Promise<CommandOutput>
  endCommand: () => Promise<void>
  signal?: AbortSignal
  timeoutMs?: number
}): Promise<CommandOutput> {
  const { title, ended, endCommand, signal, timeoutMs } = command
  using limit = startTimeLimit(timeoutMs ?? Infinity, { signal })
  const onAbort = (): void => void endCommand()
  limit.signal.addEventListener('abort', onAbort, { once: true })
  if (limit.signal.aborted) onAbort()
  const output = await ended
  limit.signal.removeEventListener('abort', onAbort)

  if (signal?.aborted) throw signal.reason
  if (limit.isOver) {
    throw new CommandTimedOut(`${title} did not finish within ${(timeoutMs ?? 0) / 1000} s.`, {
      temporary: true,
      details: { logTail: output.stderr.split('\n').slice(-10), logOf: title },
    })
  }
  return output
}

function gather(
  child: Child,
  {
    onLine,
    longestLine,
    takesErrorLine,
    mostBytes = MOST_OUTPUT_BYTES,
    ownOutput = (chunk) => chunk,
  }: CollectOptions,
  onFlood: (mostBytes: number) => void,
): { stdout: () => string; stderr: () => string } {
  const limit = longestLine === undefined ? {} : { longest: longestLine }
  const watched = onLine && keepTail<Buffer>(WATCHED_BYTES)
  const stdout: Buffer[] = []
  const measure = onTooMuch(mostBytes, () => {
    stdout.length = 0
    onFlood(mostBytes)
  })
  const keepAll = (chunk: Buffer): void => {
    if (measure(chunk)) stdout.push(chunk)
  }
  const keep = watched?.add ?? keepAll
  const lines = onLine && splitLines((line) => onLine(line, 'stdout'), limit)
  child.process.stdout
    .on('data', (chunk: Buffer) => {
      const own = ownOutput(chunk)
      keep(own)
      lines?.push(own)
    })
    .once('end', () => lines?.end())

  const stderr = keepTail<string>(WATCHED_BYTES)
  const errorLines = splitLines((line) => {
    if (takesErrorLine?.(line)) return
    stderr.add(`${line}\n`)
    onLine?.(line, 'stderr')
  }, limit)
  const measureError = onTooMuch(MOST_ERROR_BYTES, () => onFlood(MOST_ERROR_BYTES))
  child.process.stderr
    .on('data', (chunk: Buffer) => {
      // The output of a user's command that is passed on may be of any length.
      if (onLine || measureError(chunk)) errorLines.push(chunk)
    })
    .once('end', errorLines.end)
  return {
    stdout: () => Buffer.concat(watched?.parts() ?? stdout).toString('utf8'),
    stderr: () => stderr.parts().join(''),
  }
}
