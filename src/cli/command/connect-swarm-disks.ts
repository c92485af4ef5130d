import { measureNode } from '../../adapters/directory/node-disk.ts'
import { measure } from '../../operations/disk/observe-disk.ts'
import type { DiskManager, DiskNode } from '../../operations/disk/swarm-disk.ts'
import { connectHosts, type ConnectedHost } from './connect-hosts.ts'
import { connectNodes } from './connect-nodes.ts'
import type { CliContext } from './context.ts'
import { withNamedHost } from './host-option.ts'
import type { EnvironmentInput } from './load-environment.ts'
import { readOtherStacks } from './read-other-stacks.ts'

export type SwarmDisks = AsyncDisposable & {
  manager: DiskManager
  /** Those that are to be read, with their connections. */
  nodes: readonly (DiskNode & { runner: ConnectedHost['runner'] })[]
  /** Failures of nodes that dray.yml lists. */
  failures: readonly unknown[]
  /** Names of the nodes of the swarm that dray is not connected to; empty if one host was asked for. */
  unread: readonly string[]
}

/**
 * Connects to the manager and to the nodes that dray.yml lists beside it, or to the manager and the host `named`, to read and clean
 * their disks. Throws USAGE for a host that is neither, and the errors of the manager.
 */
export async function connectSwarmDisks(
  input: EnvironmentInput,
  named: string | undefined,
  context: CliContext,
): Promise<SwarmDisks> {
  const { environment } = input.config
  const [first] = environment.hosts
  const all = withEnvironment(input, { hosts: [first, ...environment.nodes] })
  const wanted: readonly string[] = withNamedHost(all, named).config.environment.hosts
  const connected = await connectHosts(input, context)
  const [host] = connected.hosts
  const listed = environment.nodes.filter((name) => wanted.includes(name))
  try {
    const nodes = await connectNodes(host, { input: withEnvironment(input, { nodes: listed }), context })
    const dispose = async (): Promise<void> => {
      await nodes[Symbol.asyncDispose]()
      await connected[Symbol.asyncDispose]()
    }
    try {
      return {
        manager: {
          archive: host.archive,
          lock: (...request) => host.target.lock(...request),
          cluster: host.engine.cluster,
          others: await readOtherStacks(nodes.members, input, context),
        },
        // The manager may be listed by another address: the node is that of its name here.
        nodes: nodes.nodes.flatMap((it) =>
          it.names.some((name) => wanted.includes(name)) ? [diskNode(it.host, host, context)] : [],
        ),
        failures: nodes.failures,
        unread: named === undefined ? nodes.unread : [],
        [Symbol.asyncDispose]: dispose,
      }
    } catch (error) {
      await nodes[Symbol.asyncDispose]()
      throw error
    }
  } catch (error) {
    await connected[Symbol.asyncDispose]()
    throw error
  }
}

/** Only the manager has a directory of the app. */
function diskNode(
  { name, runner, engine, target }: ConnectedHost,
  manager: ConnectedHost,
  { signal }: CliContext,
): SwarmDisks['nodes'][number] {
  const measureIt =
    name === manager.name
      ? () => measure(target)
      : async () => measureNode(runner, (await target.imageStore).roots, signal)
  return { name, runner, engine, measure: measureIt }
}

function withEnvironment(
  input: EnvironmentInput,
  change: Partial<EnvironmentInput['config']['environment']>,
): EnvironmentInput {
  return { ...input, config: { ...input.config, environment: { ...input.config.environment, ...change } } }
}
