import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { stripControl } from '../../shared/strip-control.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { readDockerCliFailure, where } from './docker-cli-failure.ts'
import { EngineAgent } from './engine-agent.ts'
import { type ApiRequest, exchange, ExchangeError } from './engine-exchange.ts'
import { pointToOwnEngine } from './own-engine.ts'
import { chooseApiVersion, type VersionAnswer, versionAnswer } from './engine-version.ts'

/** `docker context inspect default`, on Linux. */
const usualSocket = '/var/run/docker.sock'

export type ApiAnswer = { status: number; text: string }

/** HTTP to the Engine of one machine, wherever that machine's docker command would find it. */
export class EngineClient {
  readonly #runner: CommandRunner
  #agent: EngineAgent | undefined
  #version: Promise<VersionAnswer> | undefined

  constructor(runner: CommandRunner) {
    this.#runner = runner
  }

  /** What the Engine says of itself; asked for once. Throws the DOCKER_… codes of a host that cannot be used. */
  async version(): Promise<VersionAnswer> {
    this.#version ??= this.#open()
    try {
      return await this.#version
    } catch (error) {
      this.#version = undefined
      throw error
    }
  }

  /** Sends a request and gives the answer, read as `schema` says. Throws DOCKER_FAILED for a status of 400 and more. */
  async read<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<T> {
    return this.parse(await this.send(request), request, schema)
  }

  /** Reads an answer as `schema` says. Throws DOCKER_FAILED as `read` does. */
  parse<T>(answer: ApiAnswer, request: ApiRequest, schema: z.ZodType<T>): T {
    this.assertDone(answer, request)
    return parseAnswer(answer.text, schema, this.#runner.name)
  }

  /** Sends a request and gives status and body, whatever they are. */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const response = await this.stream(request)
    try {
      return { status: response.statusCode ?? 0, text: await text(response) }
    } catch (error) {
      throw await this.explain(error, response.socket, request.signal)
    }
  }

  /** Sends a request and gives the answer as it comes. The connection is free again when it was read or destroyed. */
  async stream(request: ApiRequest): Promise<IncomingMessage> {
    const prefix = `/v${chooseApiVersion(await this.version())}`
    return this.#exchange({ ...request, path: `${prefix}${request.path}${renderQuery(request.query)}` })
  }

  /** Throws DOCKER_FAILED, with the Engine's own words, for a status of 400 and more. */
  assertDone(answer: ApiAnswer, request: Pick<ApiRequest, 'method' | 'path'>): void {
    if (answer.status < 400) return
    const reason = readMessage(answer.text)
    throw new DrayError(
      'DOCKER_FAILED',
      `Docker Engine on ${where(this.#runner.name)} refused a request: ${reason}`,
      {
        temporary: answer.status >= 500,
        details: { problems: [`${request.method} ${request.path}: ${answer.status}`] },
      },
    )
  }

  /** How many answers can be read side by side, with one connection left for other requests. */
  get channels(): number {
    return (this.#agent?.maxSockets ?? 2) - 1
  }

  /** Why an exchange broke: the signal's reason, a HOST_… or a DOCKER_… code. */
  async explain(error: unknown, stream?: Duplex | null, signal?: AbortSignal): Promise<unknown> {
    if (signal?.aborted) return signal.reason
    const known = error instanceof ExchangeError ? error.cause : error
    if (known instanceof DrayError) return known
    const end = await this.#agent?.endOf(stream)
    if (end && end.exitCode !== 0 && end.stderr !== '') {
      return readDockerCliFailure(end.exitCode, end.stderr, this.#runner.name)
    }
    // Says HOST_UNREACHABLE where it was the way there that broke.
    const reached: unknown = await this.#runner.run(['true']).catch((reason: unknown) => reason)
    if (reached instanceof DrayError) return reached
    const reason = error instanceof Error ? error.message : String(error)
    return new DrayError(
      'DOCKER_UNREACHABLE',
      `Docker Engine on ${where(this.#runner.name)} broke off: ${reason}`,
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
    // Where nearly every Engine is, which is asked while the docker command is on its way to say whether it is there.
    const usual = this.#trySocket(usualSocket)
    // Contexts and DOCKER_HOST taken together, as the docker command understands them.
    const format = '{{.Endpoints.docker.Host}}'
    const { exitCode, stdout, stderr } = await runner.run(
      ['docker', 'context', 'inspect', '--format', format],
      {
        beside: true,
      },
    )
    const path = /^unix:\/\/(\/\S+)$/.exec(stdout.trim())?.[1]
    if (path !== usualSocket) void usual.then((it) => it?.agent.destroy())
    if (exitCode === 127 || exitCode === 126) throw readDockerCliFailure(exitCode, stderr, runner.name)
    if (path === undefined) return undefined
    const opened = path === usualSocket ? await usual : await this.#trySocket(path)
    this.#agent = opened?.agent
    return opened?.version
  }

  /** Undefined where forwarding is forbidden or Docker is not there: the docker command itself is asked then, and knows the reason. */
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
    return parseAnswer(await text(response), versionAnswer, this.#runner.name)
  }

  async #exchange(request: ApiRequest): Promise<IncomingMessage> {
    try {
      return await exchange(this.#agent, request)
    } catch (error) {
      throw await this.explain(
        error,
        error instanceof ExchangeError ? error.stream : undefined,
        request.signal,
      )
    }
  }
}

/** One line for an answer's body: the Engine says `{"message": …}`. */
export function readMessage(body: string): string {
  const message = z.object({ message: z.string() }).safeParse(parseJson(body))
  return stripControl(message.success ? message.data.message : body).trim()
}

function parseAnswer<T>(body: string, schema: z.ZodType<T>, host: string): T {
  const answer = schema.safeParse(parseJson(body))
  if (answer.success) return answer.data
  throw new DrayError(
    'DOCKER_FAILED',
    `Docker Engine on ${where(host)} gave an answer that dray does not understand.`,
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
