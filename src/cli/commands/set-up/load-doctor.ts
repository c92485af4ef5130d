import { NEWEST_TAG } from '../../../adapters/registry/newest-tag.ts'
import { withTag } from '../../../config/deploy-values.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { loadEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'
import type { doctorCommand } from './doctor.ts'

/**
 * The environment with the tag to examine: `--tag` or IMAGE_TAG. Without one, a rule of dray.yml could name a commit that CI
 * has not built yet, so the newest tag of each image is used. Throws as `loadEnvironment`.
 */
export async function loadDoctor(
  command: InputOf<typeof doctorCommand>,
  context: CliContext,
): Promise<EnvironmentInput> {
  const { tag } = command.options
  const input = await loadEnvironment(command, context, { swarm: true })
  const { values, config } = input
  const isNamed = tag !== undefined || Boolean(values.variables()['IMAGE_TAG'])
  if (isNamed || config.environment.tagRule === undefined)
    return loadEnvironment(command, context, { tag, envFile: undefined, swarm: true })
  return { ...input, values: withTag(values, NEWEST_TAG, config) }
}
