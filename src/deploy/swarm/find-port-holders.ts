import { certainPorts } from '../model/app-model.ts'
import { someNames } from '../model/some-names.ts'
import type { StackDecision } from './decide-stack-services.ts'
import type { StackObservation } from './observe-stack.ts'

/** A port that a service of the release publishes, and that another service of the stack still has. */
export type HeldPort = {
  port: string
  /** That has it now. */
  holder: string
  /** That is to have it. */
  taker: string
  /**
   * `leaves`: no longer in the compose file, so dray removes it. `stays`: in the compose file, which gives it the port no longer.
   * `unknown`: no release of dray has had it, so dray does not touch it.
   */
  kind: 'leaves' | 'stays' | 'unknown'
}

/**
 * Finds the ports for which Swarm would refuse the release: it creates no service with a port of another one (swarmkit,
 * controlapi/service.go, `checkPortConflicts`). Pure. `orphans`: services that the deploy removes.
 */
export function findHeldPorts(
  { directory, services }: Pick<StackObservation, 'directory' | 'services'>,
  decisions: readonly Pick<StackDecision, 'service' | 'change'>[],
  orphans: readonly string[],
): HeldPort[] {
  const wanted = new Map(directory.app.services.map((it) => [it.name, certainPorts(it)]))
  const takers = decisions.filter(({ change }) => change !== 'none').map(({ service }) => service)
  return services.flatMap(({ service: holder, ports = [] }) =>
    ports.flatMap((port): HeldPort[] => {
      const taker = takers.find((name) => name !== holder && wanted.get(name)?.includes(port) === true)
      // A file that gives it to both may mean two nodes. If it does not, Swarm says so.
      if (taker === undefined || wanted.get(holder)?.includes(port) === true) return []
      const kind = wanted.has(holder) ? 'stays' : orphans.includes(holder) ? 'leaves' : 'unknown'
      return [{ port, holder, taker, kind }]
    }),
  )
}

/** What a user should know about such a port before the deploy; one sentence for each two services. */
export function warnOfHeldPorts(held: readonly HeldPort[]): string[] {
  const isPair = (a: HeldPort, b: HeldPort) => a.holder === b.holder && a.taker === b.taker
  const firsts = held.filter((it, index) => held.findIndex((other) => isPair(it, other)) === index)
  return firsts.flatMap((first) => {
    const { holder, taker, kind } = first
    const of = held.filter((it) => isPair(it, first))
    const ports = someNames(of.map(({ port }) => port))
    const port = of.length === 1 ? `port ${ports}` : `ports ${ports}`
    if (kind === 'leaves')
      return [
        `${holder} is removed before ${taker} gets its ${port}: until ${taker} runs, requests to it fail. To avoid that, keep the name of the service.`,
      ]
    return kind === 'stays'
      ? [
          `${taker} gets ${port} of ${holder}: Swarm refuses that as long as ${holder} has it, and then the deploy is undone. Deploy ${holder} without it first, then ${taker} with it.`,
        ]
      : [
          `${taker} publishes ${port}, which ${holder} of the stack has, and no release of dray knows ${holder}: Swarm refuses that, and the deploy is undone. Remove it first: \`docker service rm\` on a manager.`,
        ]
  })
}
