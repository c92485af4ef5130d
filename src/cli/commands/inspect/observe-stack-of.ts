import { createEngine } from '../../../adapters/docker/engine-api.ts'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import { failureFrom } from '../../../deploy/execute/failure.ts'
import type { Release } from '../../../deploy/model/release.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { SeenStack } from '../../../operations/status/status-observation.ts'
import type { CliContext } from '../../command/context.ts'

/** A status that is read every few seconds says soon that there is no leader; a deploy waits longer for a new one. */
const ELECTION_MS = 5_000

/**
 * Asks a manager for the stack of the current release; before the first one, for the nodes alone. A swarm without a leader is an
 * answer. Throws SWARM_INACTIVE, SWARM_NOT_MANAGER and the DOCKER_… codes.
 */
export async function observeStackOf(
  release: Pick<Release, 'project'> | undefined,
  runner: CommandRunner,
  { signal }: CliContext,
): Promise<SeenStack> {
  using engine = createEngine(runner, { electionMs: ELECTION_MS })
  const { cluster } = engine
  try {
    const [nodes, services, tasks] = await Promise.all([
      cluster.nodes(),
      release === undefined ? [] : cluster.services(release.project),
      release === undefined ? [] : cluster.tasks(release.project),
    ])
    return { view: { nodes, services, tasks } }
  } catch (error) {
    if (signal.aborted || !(error instanceof DrayError) || error.code !== 'SWARM_NO_LEADER') throw error
    return { failure: failureFrom(error) }
  }
}
