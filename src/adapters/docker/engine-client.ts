import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import { parseJson } from '../../shared/parse-json.ts'
import type { Redactor } from '../../shared/secrets/redact.ts'
import { stripControl } from '../../shared/strip-control.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { readDockerCliFailure, where } from './docker-cli-failure.ts'
import { EngineAgent } from './engine-agent.ts'
import { type ApiRequest, exchange, ExchangeError } from './engine-exchange.ts'
import { findEngine, usualSocket } from './find-engine.ts'
import { SHORT_OUTPUT_BYTES } from '../host/too-much-output.ts'
import { pointToOwnEngine } from './own-engine.ts'
import { chooseApiVersion, type VersionAnswer, versionAnswer } from './engine-version.ts'
import { readText } from './read-text.ts'

export type ApiAnswer = { status: number; text: string }

/** HTTP client for the Engine of one machine, found in the same way as by that machine's docker command. */
export class EngineClient {
  readonly #runner: CommandRunner
  readonly #readMask: () => Promise<Redactor>
  #agent: EngineAgent | undefined
  #version: Promise<VersionAnswer> | undefined

  /** `readMask` gives what hides values of the app's variables in the Engine's own words. */
  constructor(runner: CommandRunner, readMask: () => Promise<Redactor> = async () => (text) => text) {
    this.#runner = runner
    this.#readMask = readMask
  }

  /** Version and settings of the Engine; requested once. Throws the DOCKER_… codes if it cannot be used. */
  async version(): Promise<VersionAnswer> {
    this.#version ??= this.#open()
    try {
      return await this.#version
    } catch (error) {
      this.#version = undefined
      throw error
    }
  }

  /** Sends a request and returns the answer, parsed with `schema`. Throws DOCKER_FAILED for a status of 400 or more. */
  async read<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<T> {
    return this.parse(await this.send(request), request, schema)
  }

  /** Parses an answer with `schema`. Throws DOCKER_FAILED as `read` does. */
  async parse<T>(answer: ApiAnswer, request: ApiRequest, schema: z.ZodType<T>): Promise<T> {
    await this.assertDone(answer, request)
    return parseAnswer(answer.text, schema, this.#runner.name)
  }

  /** Sends a request and returns status and body, whatever the status. */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const response = await this.stream(request)
    try {
      return { status: response.statusCode ?? 0, text: await readText(response) }
    } catch (error) {
      throw await this.explain(error, response.socket, request.signal)
    }
  }

  /** Sends a request and returns the answer as a stream. The connection is free again after it was read or destroyed. */
  async stream(request: ApiRequest): Promise<IncomingMessage> {
    const prefix = `/v${chooseApiVersion(await this.version())}`
    const path = `${prefix}${request.path}${renderQuery(request.query)}`
    try {
      return await exchange(this.#agent, { ...request, path })
    } catch (error) {
      throw await this.explain(
        error,
        error instanceof ExchangeError ? error.stream : undefined,
        request.signal,
      )
    }
  }

  /** Throws DOCKER_FAILED with the Engine's message for a status of 400 or more. */
  async assertDone(answer: ApiAnswer, request: Pick<ApiRequest, 'method' | 'path'>): Promise<void> {
    if (answer.status < 400) return
    const reason = await this.maskValues(readMessage(answer.text))
    throw new DrayError(
      'DOCKER_FAILED',
      `Docker Engine on ${where(this.#runner.name)} refused a request: ${reason}`,
      {
        temporary: answer.status >= 500,
        details: { problems: [`${request.method} ${request.path}: ${answer.status}`] },
      },
    )
  }

  /** Hides values of the app's variables, which the Engine quotes: it knows them from the definitions of containers. */
  async maskValues(text: string): Promise<string> {
    return (await this.#readMask())(text)
  }

  /** How many answers can be read at the same time, with one connection left for other requests. */
  get channels(): number {
    return (this.#agent?.maxSockets ?? 2) - 1
  }

  /** Why an exchange failed: the signal's reason, a HOST_… or a DOCKER_… code. */
  async explain(error: unknown, stream?: Duplex | null, signal?: AbortSignal): Promise<unknown> {
    if (signal?.aborted) return signal.reason
    const known = error instanceof ExchangeError ? error.cause : error
    if (known instanceof DrayError) return known
    const end = await this.#agent?.endOf(stream)
    if (end && end.exitCode !== 0 && end.stderr !== '') {
      return readDockerCliFailure(end.exitCode, end.stderr, this.#runner.name)
    }
    // Throws HOST_UNREACHABLE if the connection to the host broke.
    const reached: unknown = await this.#runner.run(['true']).catch((reason: unknown) => reason)
    if (reached instanceof DrayError) return reached
    const reason = error instanceof Error ? error.message : String(error)
    return new DrayError(
      'DOCKER_UNREACHABLE',
      `The connection to Docker Engine on ${where(this.#runner.name)} broke: ${reason}`,
      {
        temporary: true,
        cause: error,
      },
    )
  }

  /** Closes the connections; the next request opens new ones. */
  close(): void {
    this.#agent?.destroy()
    this.#agent = undefined
    this.#version = undefined
  }

  async #open(): Promise<VersionAnswer> {
    return (await this.#openSocket()) ?? (await this.#openDialStdio())
  }

  async #openSocket(): Promise<VersionAnswer | undefined> {
    const runner = this.#runner
    if (runner.dialSocket === undefined) return undefined
    // The usual socket is tried meanwhile.
    const usual = this.#trySocket(usualSocket)
    const { exitCode, stdout, stderr } = await runner.run(['sh', '-c', findEngine], {
      beside: true,
      mostBytes: SHORT_OUTPUT_BYTES,
    })
    const path = /^unix:\/\/(\/\S+)$/.exec(stdout.trim())?.[1]
    if (path !== usualSocket) void usual.then((it) => it?.agent.destroy())
    if (exitCode === 127 || exitCode === 126) throw readDockerCliFailure(exitCode, stderr, runner.name)
    if (path === undefined) return undefined
    const opened = path === usualSocket ? await usual : await this.#trySocket(path)
    this.#agent = opened?.agent
    return opened?.version
  }

  /** Undefined if forwarding is forbidden or Docker is missing; the docker command then reports the reason. */
  async #trySocket(path: string): Promise<{ agent: EngineAgent; version: VersionAnswer } | undefined> {
    const agent = EngineAgent.toSocket(this.#runner, path)
    try {
      return { agent, version: await this.#askVersion(agent) }
    } catch {
      agent.destroy()
      return undefined
    }
  }

  async #openDialStdio(): Promise<VersionAnswer> {
    this.#agent = EngineAgent.toDialStdio(this.#runner)
    try {
      return await this.#askVersion(this.#agent)
    } catch (error) {
      const failure = await this.explain(error, error instanceof ExchangeError ? error.stream : undefined)
      throw await pointToOwnEngine(failure, this.#runner)
    }
  }

  async #askVersion(agent: EngineAgent): Promise<VersionAnswer> {
    const response = await exchange(agent, { method: 'GET', path: '/version' })
    return parseAnswer(await readText(response), versionAnswer, this.#runner.name)
  }
}

/** The body of an answer as one line: the Engine sends `{"message": …}`. */
export function readMessage(body: string): string {
  const message = z.object({ message: z.string() }).safeParse(parseJson(body))
  return stripControl(message.success ? message.data.message : body).trim()
}

function parseAnswer<T>(body: string, schema: z.ZodType<T>, host: string): T {
  const answer = schema.safeParse(parseJson(body))
  if (answer.success) return answer.data
  throw new DrayError(
    'DOCKER_FAILED',
    `Docker Engine on ${where(host)} sent an answer that dray cannot read.`,
    {
      details: { problems: answer.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) },
    },
  )
}

function renderQuery(query: ApiRequest['query'] = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}
