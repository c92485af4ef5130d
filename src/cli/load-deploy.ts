import path from 'node:path'
import { readGitFacts, type GitFacts } from '../adapters/git/git-facts.ts'
import { LocalShell } from '../adapters/host/local-shell.ts'
import type { DeployConfig } from '../config/deploy-config.ts'
import { makeDeployValues, type DeployValues } from '../config/deploy-values.ts'
import { takeEnvFile } from '../config/env-file.ts'
import { listEnvironments, loadConfig } from '../config/load-config.ts'
import { DrayError } from '../errors/dray-error.ts'
import type { CommandInput } from './command.ts'
import type { CliContext } from './context.ts'
import { readDeployOptions, type DeployOptions } from './deploy-options.ts'
import type { GlobalOptions } from './global-options.ts'

/** All that a deploy needs to know before it asks a host or a registry. */
export type DeployInput = {
  config: DeployConfig
  values: DeployValues
  /** The repository that is deployed from, as far as there is one. */
  repository: GitFacts
  options: Omit<DeployOptions, 'tag' | 'envFile'> & GlobalOptions & { dryRun: boolean }
}

/**
 * Reads options, deploy-time values, configuration and repository. The file of deploy-time values comes first: it is
 * deleted even when the configuration is wrong. Throws what these throw, all of it exit code 2.
 */
export async function loadDeploy(input: CommandInput, context: CliContext): Promise<DeployInput> {
  const { tag, envFile: envFilePath, ...options } = readDeployOptions(input.options)
  const envFile =
    envFilePath === undefined ? undefined : await takeEnvFile(path.resolve(context.cwd, envFilePath))

  const { configPath } = input.global
  const environmentName = input.arguments['ENVIRONMENT']
  if (environmentName === undefined) throw await environmentMissing(context.cwd, configPath)

  const repository = await readRepository(context, configPath)
  const config = await loadConfig({
    cwd: context.cwd,
    configPath,
    environmentName,
    githubOwner: findGithubOwner(repository, context),
  })
  const values = makeDeployValues({ config, tag, envFile, env: context.env, commit: repository })
  return {
    config,
    values,
    repository,
    options: { ...options, ...input.global, dryRun: input.options['dryRun'] === true },
  }
}

async function readRepository(context: CliContext, configPath: string | undefined): Promise<GitFacts> {
  await using shell = new LocalShell()
  const directory = path.dirname(path.resolve(context.cwd, configPath ?? 'dray.yml'))
  return await readGitFacts(
    (argv, options) => shell.run(argv, { ...options, signal: context.signal }),
    directory,
  )
}

function findGithubOwner({ remote }: GitFacts, { env }: CliContext): string | undefined {
  return remote?.host === 'github.com' ? remote.owner : env['GITHUB_REPOSITORY_OWNER']
}

async function environmentMissing(cwd: string, configPath: string | undefined): Promise<DrayError> {
  const names = await listEnvironments(cwd, configPath)
  return new DrayError('USAGE', `Name the environment to deploy to: ${names.join(', ')}.`, {
    hint: `For instance: \`dray deploy ${names[0] ?? 'test'}\``,
  })
}
