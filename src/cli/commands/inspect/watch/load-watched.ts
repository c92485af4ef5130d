import { listEnvironments } from '../../../../config/load-config.ts'
import { failureFrom } from '../../../../deploy/execute/failure.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { unknownEnvironment } from '../../../../operations/status/make-status.ts'
import type { EnvironmentStatus } from '../../../../operations/status/status.ts'
import type { CliContext } from '../../../command/context.ts'
import type { GlobalOptions } from '../../../command/global-options.ts'
import { loadNamedEnvironment, type EnvironmentInput } from '../../../command/load-environment.ts'

/** An environment with its configuration, or the status that says why that cannot be read. */
export type WatchedEnvironment =
  { name: string; input: EnvironmentInput } | { name: string; unreadable: EnvironmentStatus }

/**
 * Reads the configuration of the named environments, or of all without a name. Throws the errors of an unreadable dray.yml, and
 * ENVIRONMENT_UNKNOWN for a name that it does not have.
 */
export async function loadWatched(
  names: readonly string[],
  options: GlobalOptions,
  context: CliContext,
): Promise<WatchedEnvironment[]> {
  const wanted =
    names.length > 0 ? [...new Set(names)] : await listEnvironments(context.cwd, options.configPath)
  return Promise.all(wanted.map((name) => load(name, options, context)))
}

async function load(name: string, options: GlobalOptions, context: CliContext): Promise<WatchedEnvironment> {
  try {
    return { name, input: await loadNamedEnvironment({ name, options }, context) }
  } catch (error) {
    if (!(error instanceof DrayError) || error.code === 'ENVIRONMENT_UNKNOWN') throw error
    return { name, unreadable: unknownEnvironment(name, failureFrom(error)) }
  }
}
