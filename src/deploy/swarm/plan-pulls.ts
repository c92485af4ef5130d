import { pinnedImages } from '../model/release.ts'
import type { NewStep } from '../plan/plan-host.ts'
import type { StackDecision } from './decide-stack-services.ts'
import type { StackPlanContext } from './stack-plan-context.ts'

/**
 * Each image once, by every active node, in every deploy that changes something: dray cannot see which images a node has, and a
 * prune there removes those without a container. A node that has the image asks no registry.
 */
export function planPulls({
  observation,
  current,
  decisions,
  nodes,
  newcomers,
}: StackPlanContext): NewStep[] {
  const byImage = new Map<string, StackDecision[]>()
  for (const it of decisions) byImage.set(it.image, [...(byImage.get(it.image) ?? []), it])
  const had = new Set(Object.values(current?.services ?? {}).map(({ image }) => image))
  const known = new Set(observation.directory.releases.flatMap(pinnedImages))
  return [...byImage].map(([name, users]): NewStep => {
    const tag = observation.resolved.get(users[0]?.service ?? '')?.reference.tag
    return {
      kind: 'pull-on-nodes',
      host: observation.host,
      cause:
        had.has(name) && newcomers.length > 0
          ? `${newcomers.map((it) => it.name).join(', ')} joined since ${current?.id ?? 'the last release'}`
          : known.has(name)
            ? 'every node must have it, and a prune may have removed it'
            : 'on every node, so that a later move needs no login',
      name,
      ...(tag !== undefined && { tag }),
      services: users.map(({ service }) => service),
      nodes: Object.fromEntries(nodes.map((it) => [it.id, it.name])),
      ...(known.has(name) && { isKnown: true }),
    }
  })
}
