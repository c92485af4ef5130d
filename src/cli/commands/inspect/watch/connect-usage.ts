import { readCurrentRelease } from '../../../../adapters/directory/current-release.ts'
import type { CommandRunner } from '../../../../adapters/host/command-runner.ts'
import { sampleContainers, type SampledContainer } from '../../../../operations/status/container-usage.ts'
import { describeHost } from '../../../command/connect-hosts.ts'
import type { CliContext } from '../../../command/context.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'

/** The containers of an app on one host, for several samples. Disposing closes the connections to its Engine. */
export type HostUsage = Disposable & { sample(): Promise<SampledContainer[]> }

/** Reads the project of the current release; without one there are no containers. Throws the errors of reading it. */
export async function connectUsage(
  runner: CommandRunner,
  input: EnvironmentInput,
  context: CliContext,
): Promise<HostUsage> {
  const { engine, place } = describeHost(runner, input, context)
  const project = (await readCurrentRelease(place, context.signal))?.project
  return {
    sample: async () =>
      project === undefined ? [] : sampleContainers({ engine, usage: engine.usage }, project),
    [Symbol.dispose]: () => engine[Symbol.dispose](),
  }
}
