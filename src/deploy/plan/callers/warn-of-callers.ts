import { findDirectCallers, nameCaller } from '../../model/proxies/caller.ts'
import { describeNeighbour, keepsAddresses } from '../../model/proxies/neighbour.ts'
import type { HostObservation } from '../../model/observation.ts'
import type { ServiceDecision } from '../decide-service.ts'

/** What the replacement of a service means for those that send requests to it directly. */
export function warnOfCallers(
  { service: { name }, action, replaced }: ServiceDecision,
  observation: Pick<HostObservation, 'callers' | 'proxies'>,
): string[] {
  if (replaced.length === 0 || action === 'leave' || action === 'run-once') return []
  const callers = findDirectCallers(name, observation)
  const keeping = callers.filter((it) => typeof it !== 'string').filter(keepsAddresses)
  if (action === 'recreate') {
    return keeping.map(
      (it) =>
        `${describeNeighbour(it)} sends requests to ${name} and may keep its old address: reload it after the deploy.`,
    )
  }
  const others = callers.filter((it) => typeof it === 'string' || !keepsAddresses(it)).map(nameCaller)
  const send = others.length === 1 ? 'sends' : 'send'
  return [
    ...keeping.map(
      (it) =>
        `${describeNeighbour(it)} sends requests to ${name}: the deploy fails if none reaches the new container.`,
    ),
    ...(others.length === 0
      ? []
      : [
          `${others.join(', ')} ${send} requests to ${name} directly: over connections that stay open, some may fail when its old container stops, unless it finishes them.`,
        ]),
  ]
}
