import { readCurrentRelease } from '../../../../adapters/directory/current-release.ts'
import type { CommandRunner } from '../../../../adapters/host/command-runner.ts'
import { sampleContainers, type SampledContainer } from '../../../../operations/status/container-usage.ts'
import { describeHost } from '../../../command/connect-hosts.ts'
import type { CliContext } from '../../../command/context.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { withinLook } from './within-look.ts'

/** The containers of an app on one host, for several samples. Disposing closes the connections to its Engine. */
export type HostUsage = Disposable & { sample(): Promise<SampledContainer[]> }

/**
 * Reads the project of the current release; without one there are no containers, and the next sample looks again. A sample throws
 * the errors of reading it and of the Engine, and HOST_COMMAND_FAILED if it takes too long.
 */
export function connectUsage(runner: CommandRunner, input: EnvironmentInput, context: CliContext): HostUsage {
  const { engine, place, name } = describeHost(runner, input, context)
  let project: string | undefined
  const sample = async (): Promise<SampledContainer[]> => {
    project ??= (await readCurrentRelease(place, context.signal))?.project
    return project === undefined ? [] : sampleContainers({ engine, usage: engine.usage }, project)
  }
  return {
    sample: () => withinLook(sample(), name),
    [Symbol.dispose]: () => engine[Symbol.dispose](),
  }
}
