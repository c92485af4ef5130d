import { listEnvironments } from '../../../../config/load-config.ts'
import { readConfigVersion } from '../../../../config/config-version.ts'
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

/** The environments as dray.yml has them. */
export type WatchedConfig = {
  readonly environments: readonly WatchedEnvironment[]
  /** How many times it was read again. */
  readonly version: number
  /**
   * Reads dray.yml again if it was changed since; whether it was. If it cannot be read now, each environment has that as its
   * status. Never rejects.
   */
  reload(): Promise<boolean>
}

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

/** The same, for a command that stays. Throws as `loadWatched`. */
export async function openWatched(
  names: readonly string[],
  options: GlobalOptions,
  context: CliContext,
): Promise<WatchedConfig> {
  const versionNow = (): Promise<string> => readConfigVersion(context.cwd, options.configPath)
  let version = 0
  let fileVersion = await versionNow()
  let environments: readonly WatchedEnvironment[] = await loadWatched(names, options, context)
  return {
    get environments() {
      return environments
    },
    get version() {
      return version
    },
    reload: async () => {
      const found = await versionNow()
      if (found === fileVersion) return false
      fileVersion = found
      version += 1
      try {
        environments = await loadWatched(names, options, context)
      } catch (error) {
        const failure = failureFrom(error)
        environments = environments.map(({ name }) => ({
          name,
          unreadable: unknownEnvironment(name, failure),
        }))
      }
      return true
    },
  }
}

async function load(name: string, options: GlobalOptions, context: CliContext): Promise<WatchedEnvironment> {
  try {
    return { name, input: await loadNamedEnvironment({ name, options, swarm: true }, context) }
  } catch (error) {
    if (!(error instanceof DrayError) || error.code === 'ENVIRONMENT_UNKNOWN') throw error
    return { name, unreadable: unknownEnvironment(name, failureFrom(error)) }
  }
}
