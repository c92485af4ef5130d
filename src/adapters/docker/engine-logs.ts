import type { IncomingMessage } from 'node:http'
import { readText } from './read-text.ts'
import * as z from 'zod'
import type { ContainerChange, LogSource } from '../../operations/logs/log-source.ts'
import type { LogLine } from '../../shared/log-line.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { splitLines } from '../host/line-splitter.ts'
import type { EngineClient } from './engine-client.ts'
import type { ApiRequest } from './engine-exchange.ts'
import { readLogLines } from './log-frames.ts'

/** The container is removed, or is about to be. */
const goneStatuses: readonly number[] = [404, 409]
/** The Engine's answer for a logging driver that cannot be read, such as `none`. */
const notImplemented = 501
/** An event includes all labels of its container. */
const LONGEST_EVENT = 1024 ** 2

/** The logs of an Engine's containers. */
export function createLogSource(client: EngineClient): LogSource {
  return {
    get atOnce() {
      return client.channels
    },

    async logs(containerId, { since, tail, follow, signal }) {
      const request = logRequest(`/containers/${containerId}`, { since, tail, follow, signal })
      const response = await client.stream(request)
      const status = response.statusCode ?? 0
      if (status < 400) return readLogLines(chunksOf(client, response, signal))
      const answer = { status, text: await readText(response) }
      if (status === notImplemented || /does not support reading/.test(answer.text)) return 'unreadable'
      if (!goneStatuses.includes(status)) await client.assertDone(answer, request)
      return nothing()
    },

    async changes(project, signal) {
      const filters = JSON.stringify({
        type: ['container'],
        event: ['start', 'die'],
        label: [`com.docker.compose.project=${project}`],
      })
      const request = { method: 'GET', path: '/events', query: { filters }, signal } as const
      const response = await client.stream(request)
      const status = response.statusCode ?? 0
      if (status >= 400) await client.assertDone({ status, text: await readText(response) }, request)
      return readChanges(chunksOf(client, response, signal))
    },
  }
}

/** The body of an answer, at the pace of its reader. Throws if the connection breaks; ends when `signal` aborts. */
export async function* chunksOf(
  client: EngineClient,
  response: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { socket } = response
  try {
    for await (const chunk of response) yield chunk as Buffer
  } catch (error) {
    if (!signal.aborted) throw await client.explain(error, socket, signal)
  }
}

async function* nothing(): AsyncGenerator<readonly LogLine[]> {}

const eventAnswer = z.object({
  Action: z.enum(['start', 'die']),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
})

/** One JSON object per line. */
async function* readChanges(chunks: AsyncIterable<Buffer>): AsyncGenerator<ContainerChange> {
  const lines: string[] = []
  const splitter = splitLines((line) => lines.push(line), { longest: LONGEST_EVENT })
  for await (const chunk of chunks) {
    splitter.push(chunk)
    for (const line of lines.splice(0)) {
      const event = eventAnswer.safeParse(parseJson(line))
      if (event.success) yield toChange(event.data)
    }
  }
}

function toChange({ Action, Actor }: z.infer<typeof eventAnswer>): ContainerChange {
  if (Action === 'start') return { containerId: Actor.ID, change: 'started', exitCode: undefined }
  return { containerId: Actor.ID, change: 'ended', exitCode: Number(Actor.Attributes['exitCode'] ?? 0) }
}

/** The request for the log of what is at this path of the API: lines with their times. */
export function logRequest(
  path: string,
  {
    since,
    tail,
    follow,
    signal,
  }: Pick<ApiRequest, 'signal'> & {
    since: string | undefined
    tail: number | undefined
    follow: boolean
  },
): ApiRequest {
  const query = {
    stdout: true,
    stderr: true,
    timestamps: true,
    follow,
    tail: tail ?? 'all',
    since: since === undefined ? undefined : toUnixTime(since),
  }
  return { method: 'GET', path: `${path}/logs`, query, signal }
}

/** `1795430758.123456789`, which the Engine accepts with all its digits, for `2026-11-23T10:45:58.123456789Z`. */
function toUnixTime(at: string): string {
  const [, seconds = at, fraction = '0'] = /^(.*?)(?:\.(\d+))?Z$/.exec(at) ?? []
  return `${Date.parse(`${seconds}Z`) / 1000}.${fraction.padEnd(9, '0')}`
}
