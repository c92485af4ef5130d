import path from 'node:path'
import { createEnvStore } from '../../../adapters/directory/env/env-store.ts'
import { readGithubNames } from '../../../adapters/github/github-names.ts'
import { createHttp } from '../../../adapters/registry/registry-http.ts'
import { readComposeUses, readEnvExample } from '../../../adapters/source/app-variables.ts'
import { readRepositoryFiles } from '../../../adapters/source/repository-files.ts'
import { isRead } from '../../../check/file-kind.ts'
import { readComposeApp } from '../../../check/model/compose.ts'
import { parseYamlTree } from '../../../check/parse/yaml-tree.ts'
import { readRepository, type Repository } from '../../../check/repository.ts'
import { deployTimeNames } from '../../../config/environment-variables.ts'
import { listEnvironments } from '../../../config/load-config.ts'
import { parseDotenv } from '../../../operations/env/parse-dotenv.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { findGithubUses, type GithubUse } from '../../../operations/secrets/find-github-uses.ts'
import { findConfigUses, readServiceUse } from '../../../operations/secrets/find-uses.ts'
import {
  isIncomplete,
  makeMatrix,
  type MatrixEnvironment,
  type MatrixInput,
} from '../../../operations/secrets/make-matrix.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderSecrets, renderSecretsMarkdown } from '../../../ui/render/results/render-secrets.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import { connectEach } from '../../command/connect-each.ts'
import type { CliContext } from '../../command/context.ts'
import { loadNamedEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'
import type { secretsCommand } from './secrets.ts'

/** Prints the matrix of secrets. An unreachable host or GitHub is reported as a note. Throws the configuration's errors. */
export async function runSecrets(
  command: InputOf<typeof secretsCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const { global: options, rest } = command
  const { markdown = false, exitCode = false } = command.options
  const names = rest.length > 0 ? [...new Set(rest)] : await listEnvironments(context.cwd, options.configPath)
  const inputs = await Promise.all(
    names.map((name) => loadNamedEnvironment({ name, options, swarm: true }, context)),
  )
  const secrets = inputs.flatMap(({ values }) => values.secrets)
  const output = createCommandOutput({ options, values: { secrets } }, context)
  const repository = readRepository(await readRepositoryFiles(context.cwd, isRead))
  const uses = findGithubUses(repository.workflows)
  const [github, ...environments] = await Promise.all([
    askGithub(uses, { inputs, context, output }),
    ...inputs.map((input) => readEnvironment(input, { repository, context, output })),
  ])
  const rows = makeMatrix({
    github: { uses, names: github },
    environments,
    config: repository.config === undefined ? [] : findConfigUses(repository.config.file),
    here: new Set(Object.keys(context.env).filter((name) => context.env[name] !== '')),
  })
  const shown = cleanValue(rows, output.clean)
  if (options.json) for (const row of shown) output.json({ type: 'secret', ...row })
  else if (markdown) output.print(renderSecretsMarkdown(shown))
  else output.print(renderSecrets(shown, output.style))
  return exitCode && isIncomplete(rows) ? EXIT.failedOldServing : EXIT.done
}

async function askGithub(
  uses: readonly GithubUse[],
  {
    inputs,
    context,
    output,
  }: { inputs: readonly EnvironmentInput[]; context: CliContext; output: CommandOutput },
): Promise<MatrixInput['github']['names']> {
  const [first] = inputs
  const remote = first?.repository.remote
  const repository =
    context.env['GITHUB_REPOSITORY'] ??
    (remote === undefined ? undefined : `${remote.owner}/${remote.repository}`)
  const token = first?.values.githubToken
  if (uses.length === 0) return undefined
  if (repository === undefined) {
    output.note('The secrets on GitHub are not read: this is not a clone of a GitHub repository.')
    return undefined
  }
  if (token === undefined || token.isEmpty) {
    output.note('The secrets on GitHub are not read: set GITHUB_TOKEN to a token that may read them.')
    return undefined
  }
  const apiUrl = (context.env['GITHUB_API_URL'] ?? 'https://api.github.com').replace(/\/+$/, '')
  const environments = [...new Set(uses.flatMap(({ environment }) => environment ?? []))]
  const http = createHttp({ clock: context.clock, answerMs: 10_000, requestMs: 20_000 })
  const { names, notes } = await readGithubNames(
    http,
    { apiUrl, repository, token, environments },
    context.signal,
  )
  for (const note of notes) output.note(note)
  return names
}

async function readEnvironment(
  { config }: EnvironmentInput,
  { repository, context, output }: { repository: Repository; context: CliContext; output: CommandOutput },
): Promise<MatrixEnvironment> {
  const { environment, projectDirectory } = config
  const below = path.relative(context.cwd, projectDirectory)
  const files = environment.composeFiles.flatMap((name) => {
    const file = repository.files.get(path.posix.join(below, name))
    return file === undefined ? [] : [{ file, root: parseYamlTree(file).root }]
  })
  const { services } = readComposeApp(files, environment.name)
  const names = services.map(({ name }) => name)
  const [example, { variables }] = await Promise.all([
    readEnvExample(projectDirectory),
    readComposeUses(projectDirectory, environment.composeFiles).catch((error: unknown) => {
      if (!(error instanceof DrayError)) throw error
      output.note(output.clean(error.message))
      return { variables: [] }
    }),
  ])
  return {
    name: environment.name,
    services: services.map(readServiceUse),
    compose: variables,
    tasks: config.tasks.flatMap(({ name, serviceCandidates }) => {
      const service = serviceCandidates.find((it) => names.includes(it))
      return service === undefined ? [] : [{ name, service }]
    }),
    example: example === undefined ? [] : parseDotenv(example).variables.map(({ name }) => name),
    deployTime: [...deployTimeNames, ...Object.keys(environment.env)],
    hosts: await Promise.all(
      environment.hosts.map(async (host) => ({
        host,
        listing: await listVariables(host, { path: environment.path, context, output }),
      })),
    ),
  }
}

async function listVariables(
  host: string,
  place: { path: string; context: CliContext; output: CommandOutput },
): Promise<MatrixEnvironment['hosts'][number]['listing']> {
  const { path: directory, context, output } = place
  try {
    await using connected = await connectEach([host], context, (runner) =>
      createEnvStore({ runner, path: directory, clock: context.clock }),
    )
    return await connected.hosts[0].list()
  } catch (error) {
    if (context.signal.aborted || !(error instanceof DrayError)) throw error
    output.note(output.clean(error.message))
    return undefined
  }
}
