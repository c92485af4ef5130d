import { listEnvironments } from '../../config/load-config.ts'
import type { ClusterNode } from '../../deploy/model/cluster.ts'
import type { Release } from '../../deploy/model/release.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { serverName } from '../../shared/server-name.ts'
import { connectHosts } from './connect-hosts.ts'
import type { CliContext } from './context.ts'
import { loadNamedEnvironment, type EnvironmentInput } from './load-environment.ts'

/**
 * The archived releases of the other environments of dray.yml in the same swarm, a list for each: those whose manager is one of the
 * servers of this environment, so that no other server is waited for. An environment that cannot be read is left out. Throws the
 * signal's reason.
 */
export async function readOtherStacks(
  members: readonly ClusterNode[],
  { config, options }: EnvironmentInput,
  context: CliContext,
): Promise<(readonly Release[])[]> {
  const { hosts, nodes } = config.environment
  const servers = new Set([...hosts, ...nodes].map(serverName))
  const names = await listEnvironments(context.cwd, options.configPath)
  const read = names.map(async (name): Promise<(readonly Release[])[]> => {
    if (name === config.environment.name) return []
    try {
      // The hints of a failure name the environment of the command alone.
      const ownContext = { ...context, environments: new Set<string>() }
      const input = await loadNamedEnvironment({ name, options, swarm: true }, ownContext)
      const { engine: kind, hosts: others } = input.config.environment
      if (kind !== 'swarm' || !others.some((host) => servers.has(serverName(host)))) return []
      await using connected = await connectHosts(input, context)
      const [{ engine, archive }] = connected.hosts
      const id = await engine.cluster.ownNodeId()
      return members.some((it) => it.id === id) ? [(await archive.read(1, context.signal)).releases] : []
    } catch (error) {
      if (!(error instanceof DrayError) || context.signal.aborted) throw error
      return []
    }
  })
  return (await Promise.all(read)).flat()
}
