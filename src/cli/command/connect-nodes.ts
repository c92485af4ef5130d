import type { ClusterNode } from '../../deploy/model/cluster.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { CliContext } from './context.ts'
import { connectHosts, type ConnectedHost } from './connect-hosts.ts'
import type { EnvironmentInput } from './load-environment.ts'

/** A node of the swarm that dray is connected to. */
export type ConnectedNode = {
  id: string
  host: ConnectedHost
  /** Of `host`, and the other addresses under which dray.yml lists it. */
  names: readonly string[]
}

export type ConnectedNodes = AsyncDisposable & {
  /** The manager first. */
  nodes: readonly ConnectedNode[]
  /** All nodes of the swarm, as the manager has them. */
  members: readonly ClusterNode[]
  /** Failures of nodes that are listed. */
  failures: readonly DrayError[]
  /** Names of the nodes of the swarm that dray is not connected to, sorted. */
  unread: readonly string[]
}

type Connecting = { input: EnvironmentInput; context: CliContext; connect?: typeof connectHosts }

/**
 * Connects to the nodes that dray.yml lists beside the manager. One that does not answer, or is no node of the manager's swarm
 * (SWARM_NODE_OTHER), is a failure of its own. A node that is listed under two addresses is one node. `connect` is for tests. Throws what asking the
 * manager throws, and the signal's reason.
 */
export async function connectNodes(
  manager: ConnectedHost,
  { input, context, connect = connectHosts }: Connecting,
): Promise<ConnectedNodes> {
  const { cluster } = manager.engine
  const [members, ownId] = await Promise.all([cluster.nodes(), cluster.ownNodeId()])
  const opened: AsyncDisposable[] = []
  const dispose = async (): Promise<void> => {
    await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()))
  }
  const attempts = await Promise.allSettled(
    input.config.environment.nodes.map(async (name): Promise<Omit<ConnectedNode, 'names'>> => {
      const connected = await connect(atHost(input, name), context)
      opened.push(connected)
      const [host] = connected.hosts
      return { id: await findMember(host, members, manager.name), host }
    }),
  )
  const reasons = attempts.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []))
  const failures = reasons.filter((it) => it instanceof DrayError)
  if (failures.length < reasons.length || context.signal.aborted) {
    await dispose()
    throw context.signal.aborted ? context.signal.reason : reasons.find((it) => !(it instanceof DrayError))
  }
  const found = attempts.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []))
  const all = [{ id: ownId, host: manager }, ...found]
  const ids = all.map(({ id }) => id)
  const namesOf = (id: string): string[] => all.flatMap((it) => (it.id === id ? [it.host.name] : []))
  return {
    nodes: all.flatMap((it, index) =>
      ids.indexOf(it.id) === index ? [{ ...it, names: namesOf(it.id) }] : [],
    ),
    members,
    failures,
    unread: members
      .filter(({ id }) => !ids.includes(id))
      .map(({ name }) => name)
      .sort(),
    [Symbol.asyncDispose]: dispose,
  }
}

/** The environment as if it had this host only. */
function atHost(input: EnvironmentInput, host: string): EnvironmentInput {
  const { environment } = input.config
  return { ...input, config: { ...input.config, environment: { ...environment, hosts: [host] } } }
}

/** The node's id. Throws SWARM_NODE_OTHER, and the DOCKER_… codes. */
async function findMember(
  { name, engine, engineObservation }: ConnectedHost,
  members: readonly ClusterNode[],
  manager: string,
): Promise<string> {
  await engineObservation
  const id = await engine.cluster.ownNodeId()
  if (members.some((it) => it.id === id)) return id
  throw new DrayError(
    'SWARM_NODE_OTHER',
    id === ''
      ? `${name} is in no swarm, and \`nodes\` in dray.yml lists it.`
      : `${name} is not a node of the swarm of ${manager}, and \`nodes\` in dray.yml lists it.`,
  )
}
