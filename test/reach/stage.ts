import type { TestServer } from '../support/net/server.ts'
import type { TestNet } from '../support/net/test-net.ts'
import type { AskedPlace } from './places.ts'
import { describeServing, serves, servingSince } from './serving.ts'
import type { Site } from './site.ts'
import type { Traffic } from './traffic.ts'

/** An app that runs, and the requests that it gets all the while. */
export type Stage = {
  net: TestNet
  server: TestServer
  site: Site
  places: readonly AskedPlace[]
  traffic: Traffic
}

/** The versions that should answer, by place; a third party's never changes. */
export function expectedAt(places: readonly AskedPlace[], tag: string): string[] {
  return places.map(({ isOwn }) => (isOwn ? tag : 'third'))
}

/** Waits until a version answers everywhere. @throws with what answers instead, after a minute and a half */
export async function untilServes({ traffic, places }: Stage, tag: string): Promise<void> {
  const untilMs = Date.now() + 90_000
  const expected = expectedAt(places, tag)
  let sinceMs = Date.now()
  while (Date.now() < untilMs) {
    sinceMs = Date.now()
    await traffic.untilAnswered(sinceMs, 4)
    if (serves(servingSince(traffic.outcomes, places.length, sinceMs), expected)) return
  }
  const served = describeServing(servingSince(traffic.outcomes, places.length, sinceMs))
  throw new Error(`${tag} did not answer within 90 s: ${served}`)
}
