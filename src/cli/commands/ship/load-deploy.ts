import path from 'node:path'
import { readAndDeleteEnvFile } from '../../../config/env-file.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import type { deployCommand } from './deploy.ts'
import { readDeployOptions, type DeployOptions } from './deploy-options.ts'
import type { GlobalOptions } from '../../command/global-options.ts'
import { withoutHosts } from '../../command/host-option.ts'
import { loadEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'

/** Input of a deploy, before it connects to a host or a registry. */
export type DeployInput = EnvironmentInput & {
  options: Omit<DeployOptions, 'tag' | 'envFile' | 'only' | 'without'> & GlobalOptions
  /** Hosts of the environment that the deploy leaves out, as in dray.yml; absent without any. */
  leftOut?: readonly string[]
  /** For the warnings of the plan; absent without any. */
  notes?: readonly string[]
}

/**
 * Reads options, deploy-time values, configuration and repository. The file of deploy-time values is read first, so that it
 * is deleted even if the configuration is invalid. Throws errors with exit code 2.
 */
export async function loadDeploy(
  input: InputOf<typeof deployCommand>,
  context: CliContext,
): Promise<DeployInput> {
  const { tag, envFile: envFilePath, only: _, without, ...options } = readDeployOptions(input.options)
  const envFile =
    envFilePath === undefined ? undefined : await readAndDeleteEnvFile(path.resolve(context.cwd, envFilePath))
  const environment = await loadEnvironment(input, context, { tag, envFile, swarm: true })
  return leaveOut({ ...environment, options: { ...options, ...input.global } }, without)
}

/** Reduces the environment to the hosts that the deploy goes to. Throws USAGE. */
export function leaveOut(input: DeployInput, without: readonly string[]): DeployInput {
  if (without.length === 0) return input
  const reduced = withoutHosts(input, without)
  const { hosts } = reduced.config.environment
  return {
    ...input,
    ...reduced,
    options: input.options,
    leftOut: input.config.environment.hosts.filter((host) => !hosts.includes(host)),
  }
}
