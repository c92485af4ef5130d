import { renderImageReference, type ImageReference } from '../../deploy/model/image-reference.ts'
import type { Platform, Registry, ResolvedImage } from '../../deploy/model/ports.ts'
import type { Clock } from '../../shared/clock.ts'
import { renderPlatform } from './platform.ts'
import type { RegistryClient } from './registry-client.ts'

/** How old an answer may be, in milliseconds, when it is needed: a deploy that waited for a lock asks again. */
const FRESH_MS = 5_000

export type LikelyImages = {
  /** The registry that most of them are in, where one is known. */
  registry: string | undefined
  references: () => Promise<readonly ImageReference[]>
  /** Of the host that they are for; may still be on its way. */
  platform: Promise<Platform>
}

/**
 * A registry that is asked for likely images at once, while the host is still being reached. `resolve` of one of them, for the
 * same platform, takes that answer while it is fresh, and what it throws. A guess that nobody comes for costs a request, and its
 * failure is told to nobody.
 */
export function prefetchManifests(
  client: Pick<RegistryClient, 'ping' | 'resolve' | 'credentials'>,
  likely: LikelyImages,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Registry {
  const asked = new Map<string, { atMs: number; answer: Promise<ResolvedImage> }>()
  const ask = async (): Promise<void> => {
    // Node's `fetch` takes its time to load, and ssh can be on its way meanwhile.
    await clock.sleep(0, signal)
    const references = await likely.references()
    if (likely.registry !== undefined) await client.ping(likely.registry, signal)
    for (const reference of references) {
      const answer = client.resolve(reference, likely.platform, signal)
      answer.catch(() => undefined)
      asked.set(renderImageReference(reference), { atMs: clock.now(), answer })
    }
  }
  // Whoever needs the images asks for them, and meets the failure.
  likely.platform.catch(() => undefined)
  ask().catch(() => undefined)
  return {
    resolve: async (reference, platform, own) => {
      const ahead = asked.get(renderImageReference(reference))
      const isFresh = ahead !== undefined && clock.now() - ahead.atMs < FRESH_MS
      if (isFresh && renderPlatform(await likely.platform) === renderPlatform(platform)) return ahead.answer
      return client.resolve(reference, platform, own)
    },
    credentials: (host) => client.credentials(host),
  }
}
