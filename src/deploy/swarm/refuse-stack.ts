import { DrayError } from '../../errors/dray-error.ts'
import type { ClusterNode, StackReview } from '../model/cluster.ts'
import type { DesiredRelease } from '../model/observation.ts'
import { isActive } from './judge-nodes.ts'
import type { StackObservation } from './observe-stack.ts'

/** Nodes that take tasks. Throws STACK_NO_NODE without any. */
export function activeNodes({ host, nodes }: StackObservation): ClusterNode[] {
  const active = nodes.filter(isActive)
  if (active.length > 0) return active
  throw new DrayError('STACK_NO_NODE', `No node of the swarm of ${host} is ready and active.`)
}

/** Throws SERVICE_UNKNOWN for a task of a service that is not deployed. */
export function refuseUnknownServices(
  { directory: { app } }: StackObservation,
  { tasks }: DesiredRelease,
): void {
  const known = app.services.map(({ name }) => name)
  for (const { name, serviceCandidates } of tasks) {
    if (serviceCandidates.some((it) => known.includes(it))) continue
    throw new DrayError(
      'SERVICE_UNKNOWN',
      `Task ${name} in dray.yml names service ${serviceCandidates.join(', ')}, which the compose file does not deploy.`,
      { hint: `Its services: ${known.join(', ')}.` },
    )
  }
}

/** Throws STACK_MISSING for what the compose file declares as external, and the swarm does not have. */
export function refuseMissing({ host, directory, there }: StackObservation): void {
  const failure = describeMissing(directory.stack, there, host)
  if (failure !== undefined) throw failure
}

/** STACK_MISSING for the first thing that is declared as external, and is not there; undefined if all are. */
export function describeMissing(
  { externals }: Pick<StackReview, 'externals'>,
  there: StackObservation['there'],
  host: string,
): DrayError | undefined {
  const missing = externals.find(({ kind, name }) => !there[kind].includes(name))
  if (missing === undefined) return undefined
  return new DrayError(
    'STACK_MISSING',
    `The compose file declares ${missing.kind} ${missing.name} as external, and the swarm of ${host} does not have it.`,
  )
}
