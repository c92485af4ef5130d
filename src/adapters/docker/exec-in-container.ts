import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import * as z from 'zod'
import type { ExecResult } from '../../deploy/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { systemClock } from '../../shared/clock.ts'
import { type EngineClient, readMessage } from './engine-client.ts'
import { readLines } from './multiplexed-output.ts'

export type ExecOptions = {
  user?: string
  timeoutMs?: number
  onLine?: (line: string) => void
  signal?: AbortSignal
}

const keptLines = 2000
const timedOut = 124

/** Runs a command in a container: `Engine.exec`. */
export async function execInContainer(
  client: EngineClient,
  { containerId, argv }: { containerId: string; argv: readonly string[] },
  options: ExecOptions = {},
): Promise<ExecResult> {
  options.signal?.throwIfAborted()
  const timeout = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs)
  const signal = AbortSignal.any([options.signal, timeout].filter((one) => one !== undefined))
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
        lines.push(line)
        if (lines.length > keptLines) lines.shift()
        options.onLine?.(line)
      })
    } catch (error) {
      throw await client.explain(error, response.socket, signal)
    }
    // An answer that ends with its connection looks complete when we close that ourselves.
    signal.throwIfAborted()
    const output = lines.join('\n')
    const exitCode = await readExitCode(client, execId)
    return { exitCode: exitCode === 126 ? (readStartError(output) ?? exitCode) : exitCode, output }
  } catch (error) {
    if (timeout?.aborted && !options.signal?.aborted) return { exitCode: timedOut, output: lines.join('\n') }
    throw options.signal?.aborted ? options.signal.reason : error
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

/** Where nothing of the command's output has come yet, some Engines refuse the request instead of saying so in the output. */
async function readStartFailure(
  client: EngineClient,
  response: IncomingMessage,
  execId: string,
): Promise<ExecResult> {
  const answer = { status: response.statusCode ?? 0, text: await text(response) }
  const output = readMessage(answer.text)
  const exitCode = readStartError(output)
  if (exitCode === undefined) client.assertDone(answer, { method: 'POST', path: `/exec/${execId}/start` })
  return { exitCode: exitCode ?? 126, output }
}

/** 126 or 127 where the words are those of a program that could not be started: Engine 20.10 has 126 for both. */
function readStartError(output: string): 126 | 127 | undefined {
  if (!/OCI runtime exec failed|unable to start container process/i.test(output)) return undefined
  return /executable file not found|no such file or directory/i.test(output) ? 127 : 126
}

/** The output may end a moment before the Engine has noted the exit code. */
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
