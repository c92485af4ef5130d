import pMap from 'p-map'
import * as z from 'zod'
import type { EngineDisk } from '../../deploy/model/disk/inventory.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { systemClock } from '../../shared/clock.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { retry } from '../../shared/retry.ts'
import type { EngineClient } from './engine-client.ts'
import type { ApiRequest } from './engine-exchange.ts'
import {
  diskAnswer,
  idleAnswer,
  imageDetails,
  imageEvent,
  networkList,
  systemTime,
  unpackedList,
} from './inventory-answers.ts'
import { readInventory, type ImageTouches } from './read-inventory.ts'

/** How long events are stored depends on the Engine: it keeps the last 256 of any kind. */
const EVENTS_SINCE_MS = 3_600_000

/** Reads and frees the disk space that an Engine uses. */
export function createEngineDisk(client: EngineClient): EngineDisk {
  return {
    async inventory(signal) {
      const [{ SystemTime }, disk, networks, unpacked] = await Promise.all([
        client.read({ method: 'GET', path: '/info', signal }, systemTime),
        measured(client, { method: 'GET', path: '/system/df', signal }, diskAnswer),
        client.read({ method: 'GET', path: '/networks', signal }, networkList),
        measured(
          client,
          { method: 'GET', path: '/images/json', query: { manifests: true }, signal },
          unpackedList,
        ),
      ])
      const takenAtMs = Date.parse(SystemTime)
      const [touches, images, containers] = await Promise.all([
        recentTouches(client, takenAtMs, signal),
        detailsOf(client, disk.Images, { path: (id) => `/images/${id}/json`, schema: imageDetails, signal }),
        detailsOf(client, disk.Containers, {
          path: (id) => `/containers/${id}/json`,
          schema: idleAnswer,
          signal,
        }),
      ])
      return readInventory({ takenAtMs, disk, networks, unpacked, touches, images, containers })
    },

    async clearBuildCache() {
      const request = { method: 'POST', path: '/build/prune', query: { all: true } } as const
      const answer = await client.read(request, z.object({ SpaceReclaimed: z.number().nullish() }))
      return answer.SpaceReclaimed ?? 0
    },

    removeIdleContainer: (id) => removed(client, `/containers/${id}`),
    removeNetwork: (id) => removed(client, `/networks/${id}`),
    removeVolume: (name) => removed(client, `/volumes/${encodeURIComponent(name)}`),
  }
}

/**
 * What the Engine measures. Engines before 23.0 refuse a second `/system/df` meanwhile with status 500; containerd's store answers 404 if
 * a build ends in the middle, and takes its snapshot with it.
 */
function measured<T>(client: EngineClient, request: ApiRequest, schema: z.ZodType<T>): Promise<T> {
  const ask = async (): Promise<T> => {
    const answer = await client.send(request)
    return client.parse(answer, request, schema).catch((error: unknown) => {
      if (answer.status !== 404 || !(error instanceof DrayError)) throw error
      const { code, message, hint, details } = error
      throw new DrayError(code, message, { hint, details, temporary: true, cause: error })
    })
  }
  return retry(ask, {
    clock: systemClock,
    signal: request.signal,
    attempts: 8,
    deadlineMs: 30_000,
    firstDelayMs: 500,
  })
}

/** Details by id; things removed meanwhile are missing. */
async function detailsOf<T>(
  client: EngineClient,
  listed: readonly { Id: string }[],
  { path, schema, signal }: { path: (id: string) => string; schema: z.ZodType<T>; signal?: AbortSignal },
): Promise<Map<string, T>> {
  const ask = async ({ Id }: { Id: string }): Promise<[string, T][]> => {
    const request: ApiRequest = { method: 'GET', path: path(Id), signal }
    const answer = await client.send(request)
    return answer.status === 404 ? [] : [[Id, await client.parse(answer, request, schema)]]
  }
  return new Map((await pMap(listed, ask, { concurrency: ASKED_AT_ONCE })).flat())
}

/** ssh accepts forwarded connections one at a time, and its queue is short. */
const ASKED_AT_ONCE = 16

/**
 * When images were last pulled, loaded, built or tagged. The Engine reports the time of a pull only in its events, of
 * which it keeps the last few; the times of build and last tag are in the images.
 */
async function recentTouches(
  client: EngineClient,
  nowMs: number,
  signal: AbortSignal | undefined,
): Promise<ImageTouches> {
  const answer = await client.send({
    method: 'GET',
    path: '/events',
    query: {
      since: Math.floor((nowMs - EVENTS_SINCE_MS) / 1000),
      // Not a time in the future: the Engine would answer only then.
      until: (nowMs / 1000).toFixed(3),
      filters: JSON.stringify({ type: ['image'], event: ['pull', 'load', 'import', 'tag'] }),
    },
    signal,
  })
  const events = answer.text
    .split('\n')
    .flatMap((line) => imageEvent.safeParse(parseJson(line)).data ?? [])
    .map(({ Actor, time }): [string, number] => [Actor.ID, time * 1000])
  return new Map(events)
}

/** Networks in use answer 403; containers and volumes in use answer 409. */
async function removed(client: EngineClient, path: string): Promise<boolean> {
  const request = { method: 'DELETE', path } as const
  const answer = await client.send(request)
  if ([403, 404, 409].includes(answer.status)) return false
  await client.assertDone(answer, request)
  return true
}
