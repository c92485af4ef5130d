import path from 'node:path'
import { readGitObservation, type GitObservation } from '../../adapters/git/git-observation.ts'
import { LocalRunner } from '../../adapters/host/local-runner.ts'
import type { DeployConfig } from '../../config/deploy-config.ts'
import { makeDeployValues, secretVariablesOf, type DeployValues } from '../../config/deploy-values.ts'
import type { EnvFile } from '../../config/env-file.ts'
import { listEnvironments, loadConfig } from '../../config/load-config.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { addSecrets } from '../../shared/secrets/add-secrets.ts'
import { renderArgument, type ArgumentSpec } from './argument.ts'
import type { CliContext } from './context.ts'
import type { GlobalOptions } from './global-options.ts'

/** An environment with its values, for every command that connects to its hosts. */
export type EnvironmentInput = {
  config: DeployConfig
  values: DeployValues
  /** The git repository of the working directory, if there is one. */
  repository: GitObservation
  options: GlobalOptions
}

/** The input of a command for one environment. */
export type EnvironmentChoice = { arguments: { environment?: string }; global: GlobalOptions }

/** Additional input for a new release. */
export type ReleaseValues = { tag: string | undefined; envFile: EnvFile | undefined }

/** An environment with `engine: swarm`, and the name that its stack has by dray.yml. */
export type StackNames = { environment: string; stack: string }

/** `swarm`: the command knows environments with `engine: swarm`. `instead`: what to type in its place. */
export type Engines = { swarm?: true; instead?: (names: StackNames) => string }

/**
 * Reads configuration and repository of the environment in `input`, and with `release` also the tag. Throws USAGE if the
 * environment is missing, SWARM_COMMAND if it has another engine than the command knows, and the errors of the configuration:
 * exit code 2.
 */
export async function loadEnvironment(
  input: EnvironmentChoice,
  context: CliContext,
  { swarm, instead, ...release }: Engines & Partial<ReleaseValues> = {},
): Promise<EnvironmentInput> {
  const name = input.arguments.environment
  if (name === undefined) throw await environmentMissing(context, input.global.configPath)
  const wanted = isReleaseValues(release) ? { release } : {}
  const engines = { ...(swarm && { swarm }), ...(instead && { instead }) }
  return loadNamedEnvironment({ name, options: input.global, ...wanted, ...engines }, context)
}

function isReleaseValues(values: Partial<ReleaseValues>): values is ReleaseValues {
  return 'tag' in values
}

/** Refuses an environment of Swarm unless the command knows it: another would look for containers of Compose. */
function refuseUnknownEngine({ environment }: DeployConfig, { swarm, instead }: Engines): void {
  if (environment.engine !== 'swarm' || swarm === true) return
  const { name } = environment
  throw swarmRefusal(name, instead?.({ environment: name, stack: stackNameOf(environment) }))
}

/** Why a command does not run in an environment of Swarm. `hint`: what to type in its place. */
export function swarmRefusal(environment: string, hint?: string): DrayError {
  return new DrayError(
    'SWARM_COMMAND',
    `Environment ${environment} has \`engine: swarm\`, which this command does not know.`,
    hint === undefined ? {} : { hint },
  )
}

/** Compose names the app after its directory, unless the compose file or `.env` on the server has another name. */
function stackNameOf({ path: directory }: DeployConfig['environment']): string {
  return path.posix
    .basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
}

/** Like `loadEnvironment`, for an environment given by name. */
export async function loadNamedEnvironment(
  request: { name: string; options: GlobalOptions; release?: ReleaseValues } & Engines,
  context: CliContext,
): Promise<EnvironmentInput> {
  const { name, options, release } = request
  const reading = readRepository(context, options.configPath)
  const [repository, config] = await Promise.all([
    reading,
    loadConfig({
      cwd: context.cwd,
      configPath: options.configPath,
      environmentName: name,
      githubOwner: async () => findGithubOwner(await reading, context),
    }),
  ])
  context.environments = new Set([...(context.environments ?? []), name])
  refuseUnknownEngine(config, request)
  const values = makeDeployValues({
    config,
    env: context.env,
    commit: repository,
    ...(release ?? { tag: undefined, envFile: undefined, wantsTag: false }),
  })
  addSecrets(context.secrets, values.secrets)
  context.hideVariables?.(secretVariablesOf(config))
  return { config, values: { ...values, secrets: context.secrets }, repository, options }
}

async function readRepository(context: CliContext, configPath: string | undefined): Promise<GitObservation> {
  await using runner = new LocalRunner()
  const directory = path.dirname(path.resolve(context.cwd, configPath ?? 'dray.yml'))
  return await readGitObservation(
    (argv, options) =>
      runner.run([...withoutSecrets(context), ...argv], { ...options, signal: context.signal }),
    directory,
  )
}

const GIT_VARIABLES = /^(?:PATH|HOME|USER|LOGNAME|LANG|TMPDIR|(?:LC|XDG|GIT)_\w+)$/

/** Gives git only the variables that it reads: before dray.yml is read, those with passwords are not known. */
function withoutSecrets({ env }: CliContext): string[] {
  const others = Object.keys(env).filter((name) => !GIT_VARIABLES.test(name))
  return ['env', ...others.flatMap((name) => ['-u', name])]
}

function findGithubOwner({ remote }: GitObservation, { env }: CliContext): string | undefined {
  return remote?.host === 'github.com' ? remote.owner : env['GITHUB_REPOSITORY_OWNER']
}

async function environmentMissing(
  { cwd, command }: CliContext,
  configPath: string | undefined,
): Promise<DrayError> {
  const names = await listEnvironments(cwd, configPath)
  const name = names[0] ?? 'test'
  const example =
    command === undefined ? ['plan', name] : [command.name, ...wordsFor(command.arguments, name)]
  return new DrayError('USAGE', `The environment is missing. Environments: ${names.join(', ')}.`, {
    hint: `Put it after the command, for example: \`dray ${example.join(' ')}\``,
  })
}

/** The words that a command needs, with the name of an environment. */
function wordsFor(specs: readonly ArgumentSpec[], environment: string): string[] {
  return specs.flatMap((it) => {
    if (it.name === 'ENVIRONMENT') return [environment]
    return it.optional === true ? [] : [renderArgument(it)]
  })
}
