import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** A WebSocket that is connected again whenever it ends, as a browser's page does. */
export type LiveConnection = {
  /** Waits until the version arrives, and ends. Gives the versions in their order, and why connecting failed. */
  stop(version: string): Promise<{ failures: string[]; versions: string[] }>
}

/** Limit for one connection to be made, and for the last version to arrive. */
const patienceMs = 60_000

/** Keeps a WebSocket of the sample app's `/api/live` open. Resolves when the first version has arrived. */
export async function keepLive(url: string): Promise<LiveConnection> {
  const failures: string[] = []
  const versions: string[] = []
  let current: Duplex | undefined
  let stopped = false
  const take = (version: string): void => {
    if (versions.at(-1) !== version) versions.push(version)
  }
  const keeping = (async () => {
    while (!stopped) {
      try {
        current = await openSocket(new URL('/api/live', url))
        for await (const chunk of current) {
          for (const [, version = ''] of (chunk as Buffer).toString('latin1').matchAll(/\x81.(v[\w.-]+)/g))
            take(version)
        }
      } catch (error) {
        // What ends an open connection is no failure; connecting again at once has to work.
        if (current === undefined) failures.push(String(error))
      }
      current = undefined
      if (failures.length > 100) break
    }
  })()
  const until = async (isReached: () => boolean): Promise<void> => {
    for (const endMs = Date.now() + patienceMs; !isReached() && Date.now() < endMs;) await sleep(50)
  }
  await until(() => versions.length > 0)
  return {
    stop: async (version) => {
      await until(() => versions.at(-1) === version)
      stopped = true
      current?.destroy()
      await keeping
      return { failures, versions }
    },
  }
}

function openSocket(url: URL): Promise<Duplex> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16, 'key').toString('base64'),
  }
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false, signal: AbortSignal.timeout(patienceMs) })
      .on('upgrade', (_, socket) => resolve(socket.on('error', () => undefined)))
      .on('response', ({ statusCode }) => reject(new Error(`answered ${statusCode}`)))
      .on('error', reject)
      .end()
  })
}
