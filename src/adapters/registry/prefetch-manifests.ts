import { renderImageReference, type ImageReference } from '../../deploy/model/image-reference.ts'
import type { Platform, Registry, ResolvedImage } from '../../deploy/model/ports.ts'
import type { Clock } from '../../shared/clock.ts'
import { renderPlatform } from './platform.ts'
import type { RegistryClient } from './registry-client.ts'

/** Maximum age of an answer in milliseconds when it is needed: a deploy that waited for a lock asks again. */
const FRESH_MS = 5_000

export type LikelyImages = {
  /** The registry of most of them, if known. */
  registry: string | undefined
  references: () => Promise<readonly ImageReference[]>
  /** Platform of their host; may be pending. */
  platform: Promise<Platform>
}

/**
 * A registry that requests likely images immediately, while dray is still connecting to the host. `resolve` of one of
 * them, for the same platform, uses that answer or its error while it is fresh. A wrong guess costs one request, and its
 * failure is ignored.
 */
export function prefetchManifests(
  client: Pick<RegistryClient, 'ping' | 'resolve' | 'credentials'>,
  likely: LikelyImages,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Registry {
  const asked = new Map<string, { atMs: number; answer: Promise<ResolvedImage> }>()
  const ask = async (): Promise<void> => {
    // Node's `fetch` takes time to load, so ssh connects meanwhile.
    await clock.sleep(0, signal)
    const references = await likely.references()
    if (likely.registry !== undefined) await client.ping(likely.registry, signal)
    for (const reference of references) {
      const answer = client.resolve(reference, likely.platform, signal)
      answer.catch(() => undefined)
      asked.set(renderImageReference(reference), { atMs: clock.now(), answer })
    }
  }
  // The caller that needs the image receives the failure.
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
