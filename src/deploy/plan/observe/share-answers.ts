import { renderImageReference, type ImageReference } from '../../model/image-reference.ts'
import type { Platform, Registry, ResolvedImage } from '../../model/ports.ts'

/**
 * Makes registries whose answers all hosts of one plan share: a tag that is pushed while they are asked means the same digest for
 * each. Hosts of other platforms ask for that digest. The same registry gives the same shared one.
 */
export function shareAnswers(): (registry: Registry) => Registry {
  const known = new Map<Registry, Registry>()
  return (registry) => {
    const shared = known.get(registry) ?? share(registry)
    known.set(registry, shared)
    return shared
  }
}

type Asked = { first: Promise<ResolvedImage>; byPlatform: Map<string, Promise<ResolvedImage>> }

function share(registry: Registry): Registry {
  const asked = new Map<string, Asked>()
  return {
    credentials: (host) => registry.credentials(host),
    resolve: (reference, platform, signal) => {
      const name = renderImageReference(reference)
      const spelled = JSON.stringify([platform.os, platform.architecture, platform.variant])
      const before = asked.get(name)
      const answer =
        before === undefined
          ? registry.resolve(reference, platform, signal)
          : (before.byPlatform.get(spelled) ??
            resolveAs(before.first, { registry, reference, platform, signal }))
      const { first, byPlatform }: Asked = before ?? { first: answer, byPlatform: new Map() }
      asked.set(name, { first, byPlatform: byPlatform.set(spelled, answer) })
      return answer
    },
  }
}

/** The digest of the first answer, for another platform. If that one failed, the reference itself is asked for. */
async function resolveAs(
  first: Promise<ResolvedImage>,
  {
    registry,
    reference,
    platform,
    signal,
  }: { registry: Registry; reference: ImageReference; platform: Platform; signal: AbortSignal | undefined },
): Promise<ResolvedImage> {
  const known = await first.catch(() => undefined)
  if (known === undefined) return registry.resolve(reference, platform, signal)
  const answer = await registry.resolve({ ...known.reference, digest: known.digest }, platform, signal)
  return { ...answer, reference: known.reference }
}
