import type { IncomingMessage } from 'node:http'
import * as z from 'zod'
import type { ExecResult } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { systemClock } from '../../shared/clock.ts'
import { type EngineClient, readMessage } from './engine-client.ts'
import { readLines } from './multiplexed-output.ts'
import { readText } from './read-text.ts'

export type ExecOptions = {
  user?: string
  timeoutMs?: number
  attempts?: { most: number; pauseMs: number }
  onLine?: (line: string) => void
  signal?: AbortSignal
}

const keptLines = 2000
const timedOut = 124

/** Runs a command in a container: `Engine.exec`. */
export async function execInContainer(
  client: EngineClient,
  command: { containerId: string; argv: readonly string[] },
  options: ExecOptions = {},
): Promise<ExecResult> {
  const { attempts } = options
  if (attempts === undefined) return execOnce(client, command, options)
  const argv = repeated(command.argv, attempts)
  const result = await execOnce(client, { ...command, argv }, options)
  // No shell or no such command: running the command directly shows which.
  return result.exitCode === 127 ? execOnce(client, command, options) : result
}

async function execOnce(
  client: EngineClient,
  { containerId, argv }: { containerId: string; argv: readonly string[] },
  options: ExecOptions,
): Promise<ExecResult> {
  options.signal?.throwIfAborted()
  const limit = startLimit(options.timeoutMs)
  const signal = AbortSignal.any([options.signal, limit?.signal].filter((one) => one !== undefined))
  const lines: string[] = []
  try {
    const execId = await create(client, { containerId, argv, user: options.user, signal })
    const response = await client.stream({
      method: 'POST',
      path: `/exec/${execId}/start`,
      body: { Detach: false, Tty: false },
      signal,
    })
    if ((response.statusCode ?? 0) >= 400) return await readStartFailure(client, response, execId)

    try {
      await readLines(response, (line) => {
        if (options.attempts !== undefined && line === AGAIN) {
          lines.length = 0
          limit?.restart()
          return
        }
        lines.push(line)
        if (lines.length > keptLines) lines.shift()
        options.onLine?.(line)
      })
    } catch (error) {
      throw await client.explain(error, response.socket, signal)
    }
    // An answer that ends with its connection looks complete if dray closed the connection.
    signal.throwIfAborted()
    const output = lines.join('\n')
    const exitCode = await readExitCode(client, execId)
    const startError = exitCode === 126 || exitCode === 127 ? readStartError(output) : undefined
    if (startError === undefined) return { exitCode, output }
    return { exitCode: exitCode === 126 ? startError : exitCode, output: await client.maskValues(output) }
  } catch (error) {
    if (limit?.signal.aborted && !options.signal?.aborted)
      return { exitCode: timedOut, output: lines.join('\n') }
    throw options.signal?.aborted ? options.signal.reason : error
  } finally {
    limit?.stop()
  }
}

/** Separates the outputs of two attempts. */
const AGAIN = '@@dray-again'

/**
 * Repeats the command with a shell in the container. An attempt then costs the server only the command itself. With one
 * exec per attempt, it would cost another process of the Engine and of its runtime, and three round trips.
 */
function repeated(argv: readonly string[], { most, pauseMs }: { most: number; pauseMs: number }): string[] {
  return ['sh', '-c', repeatScript, 'dray', String(most), (pauseMs / 1000).toFixed(3), ...argv]
}

/** A `sleep` without support for fractions (POSIX does not require it) sleeps for a second. */
export const repeatScript = `
left=$1 pause=$2
shift 2
while :; do
  "$@"
  code=$?
  left=$((left - 1))
  case $code in 0 | 126 | 127) exit $code ;; esac
  [ "$left" -gt 0 ] || exit $code
  printf '\\n${AGAIN}\\n'
  sleep "$pause" 2> /dev/null || sleep 1
done
`

/** A time limit that can be restarted. */
function startLimit(
  timeoutMs: number | undefined,
): { signal: AbortSignal; restart: () => void; stop: () => void } | undefined {
  if (timeoutMs === undefined) return undefined
  const over = new AbortController()
  let stopped = new AbortController()
  const start = (): void => {
    stopped = new AbortController()
    systemClock.sleep(timeoutMs, stopped.signal).then(
      () => over.abort(),
      () => undefined,
    )
  }
  const stop = (): void => stopped.abort()
  start()
  return {
    signal: over.signal,
    stop,
    restart: () => {
      stop()
      start()
    },
  }
}

async function create(
  client: EngineClient,
  exec: { containerId: string; argv: readonly string[]; user: string | undefined; signal: AbortSignal },
): Promise<string> {
  const { containerId, argv, user, signal } = exec
  const body = { AttachStdout: true, AttachStderr: true, Tty: false, Cmd: argv, User: user }
  const request = { method: 'POST', path: `/containers/${containerId}/exec`, body, signal } as const
  return (await client.read(request, z.object({ Id: z.string() }))).Id
}

/** Before the first output of the command, some Engines refuse the request instead of reporting the error in the output. */
async function readStartFailure(
  client: EngineClient,
  response: IncomingMessage,
  execId: string,
): Promise<ExecResult> {
  const answer = { status: response.statusCode ?? 0, text: await readText(response) }
  const said = readMessage(answer.text)
  const exitCode = readStartError(said)
  if (exitCode === undefined)
    await client.assertDone(answer, { method: 'POST', path: `/exec/${execId}/start` })
  return { exitCode: exitCode ?? 126, output: await client.maskValues(said) }
}

/** 126 or 127 if the text is that of a program that could not be started: Engine 20.10 uses 126 for both. */
function readStartError(output: string): 126 | 127 | undefined {
  if (!/OCI runtime exec failed|unable to start container process/i.test(output)) return undefined
  return /executable file not found|no such file or directory/i.test(output) ? 127 : 126
}

/** The output may end shortly before the Engine has stored the exit code. */
async function readExitCode(client: EngineClient, execId: string): Promise<number> {
  const answer = z.object({ Running: z.boolean(), ExitCode: z.number().nullable() })
  for (let tries = 0; tries < 100; tries += 1) {
    const { Running: isRunning, ExitCode: exitCode } = await client.read(
      { method: 'GET', path: `/exec/${execId}/json` },
      answer,
    )
    if (!isRunning && exitCode !== null) return exitCode
    await systemClock.sleep(tries < 10 ? 5 : 50)
  }
  throw new DrayError('DOCKER_FAILED', 'A command in a container ended without an exit code.')
}
