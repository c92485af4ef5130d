import { measureNode } from '../../adapters/directory/node-disk.ts'
import { nodeName } from '../../deploy/model/task-name.ts'
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
  /** Those that are to be read. */
  nodes: readonly ConnectedDisk[]
  /** Failures of nodes that dray.yml lists. */
  failures: readonly unknown[]
  /** Names of the nodes of the swarm that dray is not connected to; empty if one host was asked for. */
  unread: readonly string[]
}

/** A node with its connection, the addresses under which dray.yml lists it, and its name in the swarm. */
type ConnectedDisk = DiskNode & {
  runner: ConnectedHost['runner']
  names: readonly string[]
  nodeName: string
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
    const disks = await connectNodeDisks(host, withEnvironment(input, { nodes: listed }), context)
    return {
      ...disks,
      // The manager may be listed by another address: the node is that of its name here.
      nodes: disks.nodes.filter(({ names }) => names.some((name) => wanted.includes(name))),
      unread: named === undefined ? disks.unread : [],
      [Symbol.asyncDispose]: async () => {
        await disks[Symbol.asyncDispose]()
        await connected[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await connected[Symbol.asyncDispose]()
    throw error
  }
}

/** The same for a manager that is connected, which stays so, and all nodes that dray.yml lists. Throws the errors of the manager. */
export async function connectNodeDisks(
  manager: ConnectedHost,
  input: EnvironmentInput,
  context: CliContext,
): Promise<SwarmDisks> {
  const connected = await connectNodes(manager, { input, context })
  try {
    const { nodes, members, failures, unread } = connected
    return {
      manager: {
        archive: manager.archive,
        lock: (...request) => manager.target.lock(...request),
        cluster: manager.engine.cluster,
        others: await readOtherStacks(members, input, context),
      },
      nodes: nodes.map(({ id, host, names }) => ({
        ...diskNode(host, manager, context),
        names,
        nodeName: nodeName(id, members),
      })),
      failures,
      unread,
      [Symbol.asyncDispose]: () => connected[Symbol.asyncDispose](),
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
): DiskNode & { runner: ConnectedHost['runner'] } {
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
