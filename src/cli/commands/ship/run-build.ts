import { writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { Buildx } from '../../../adapters/buildx/buildx.ts'
import { writeDockerConfiguration } from '../../../adapters/buildx/docker-configuration.ts'
import { LocalRunner } from '../../../adapters/host/local-runner.ts'
import { makePrivateDirectory } from '../../../adapters/host/private-directory.ts'
import { createCredentialStore } from '../../../adapters/registry/credentials.ts'
import { chooseCache } from '../../../build/build-cache.ts'
import { createBuildState } from '../../../build/build-state.ts'
import { explainBuildFailure } from '../../../build/explain-failure.ts'
import { imageLabels } from '../../../build/image-labels.ts'
import { planBuild, type BuildPlan, type PlannedImage, type PushedImage } from '../../../build/plan-build.ts'
import { parseImageReference } from '../../../deploy/model/image-reference.ts'
import type { Credentials } from '../../../deploy/model/ports.ts'
import { secretVariablesOf } from '../../../config/deploy-values.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { isCI } from '../../../shared/is-ci.ts'
import {
  createLiveBuildProgress,
  createPlainBuildProgress,
  silentBuildProgress,
  type BuildProgress,
  type BuildProgressOptions,
} from '../../../ui/reporters/build-progress.ts'
import { createTerminalStyle } from '../../../ui/terminal/terminal-style.ts'
import type { buildCommand } from './build.ts'
import { readBuildOptions, type BuildOptions } from './build-options.ts'
import { applyNoColor } from '../../command/apply-no-color.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import type { GlobalOptions } from '../../command/global-options.ts'
import { loadEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'
import { reportOutputs } from './report-outputs.ts'

/** Builds the images of an environment, pushes them with `--push`, and prints their names. */
export async function runBuild(input: InputOf<typeof buildCommand>, context: CliContext): Promise<ExitCode> {
  const options = readBuildOptions(input.options)
  const environment = await loadEnvironment(input, context, {
    tag: options.tag,
    envFile: undefined,
    swarm: true,
  })
  if (options.push) refuseDirty(environment)
  const output = createCommandOutput(environment, context)
  for (const warning of environment.values.warnings) output.note(warning)

  await using runner = new LocalRunner()
  await using directory = await makePrivateDirectory('build', context.env['RUNNER_TEMP'])
  const {
    projectDirectory,
    environment: { composeFiles },
  } = environment.config
  // A build may read them as its own secrets.
  const ownSecrets = secretVariablesOf(environment.config).map(
    (name) => [name, context.env[name] ?? ''] as const,
  )
  const values = {
    ...environment.values.composeVariables,
    ...Object.fromEntries(ownSecrets.filter(([, value]) => value !== '')),
  }
  const buildx = new Buildx({ runner, projectDirectory, composeFiles, directory: directory.path, values })
  const plan = await makePlan(buildx, { environment, options, context, output })

  const logins = await findLogins(plan.images, { environment, runner, push: options.push })
  const original = context.env['DOCKER_CONFIG'] || path.join(homedir(), '.docker')
  const dockerConfig = await writeDockerConfiguration(directory.path, { original, logins })
  const { tag } = environment.values
  output.note(
    `Building ${plan.images.map(({ target }) => target).join(' and ')}${tag === undefined ? '' : ` as ${tag}`}`,
  )
  const images = await build(buildx, { plan, dockerConfig, options, context, output, global: input.global })
  await tell(images, { environment, options, context, output, isJson: input.global.json })
  return EXIT.done
}

/** Refuses to push uncommitted changes under a commit's name. A tag given by the user is not checked. */
function refuseDirty({ values, repository }: EnvironmentInput): void {
  if (repository.isDirty !== true || !values.tagSource?.startsWith('tag:')) return
  throw new DrayError(
    'BUILD_DIRTY',
    `The images would be pushed as \`${values.tag ?? ''}\`, but files differ from commit ${repository.headSha?.slice(0, 7) ?? ''}.`,
  )
}

type Parts = {
  environment: EnvironmentInput
  options: BuildOptions
  context: CliContext
  output: CommandOutput
}

async function makePlan(
  buildx: Buildx,
  { environment, options, context, output }: Parts,
): Promise<BuildPlan> {
  const { env, cwd, signal } = context
  const { values, repository } = environment
  const definition = await buildx.readDefinition(signal)
  const cache = chooseCache({
    wanted: options.cache,
    isPushed: options.push,
    env,
    resolvePath: (it) => path.resolve(cwd, it),
  })
  const canStore = cache.kind === 'none' || (await buildx.canStoreCache(signal))
  if (!canStore)
    output.note('This builder cannot export its cache; `docker buildx create --use` creates one that can.')
  const { remote, headSha, isDirty = false } = repository
  return planBuild(definition, {
    tag: values.tag,
    labels: imageLabels({ env, remote, headSha, isDirty, tag: values.tag }),
    cache,
    canStore,
    platforms: options.platforms,
  })
}

/** The logins for every registry of the app. Throws REGISTRY_UNAUTHORIZED if a push cannot work. */
async function findLogins(
  images: readonly PlannedImage[],
  { environment, runner, push }: { environment: EnvironmentInput; runner: LocalRunner; push: boolean },
): Promise<ReadonlyMap<string, Credentials>> {
  const { config, values } = environment
  const store = createCredentialStore({
    env: values.variables(),
    secretOf: (name) => values.secret(name),
    registries: config.registries,
    homeDirectory: homedir(),
    runCommand: (argv, options) => runner.run(argv, options),
  })
  const pushed = images.map(({ repository }) => parseImageReference(repository).registry)
  const logins = new Map<string, Credentials>()
  for (const host of new Set([...pushed, ...Object.keys(config.registries)])) {
    const login = await store(host)
    if (login !== undefined) logins.set(host, login)
    else if (push && host === 'ghcr.io')
      throw new DrayError('REGISTRY_UNAUTHORIZED', 'ghcr.io does not accept images without a login.')
  }
  return logins
}

type BuildRun = Omit<Parts, 'environment'> & {
  plan: BuildPlan
  dockerConfig: string
  global: GlobalOptions
}

async function build(buildx: Buildx, run: BuildRun): Promise<readonly (PlannedImage | PushedImage)[]> {
  const { plan, dockerConfig, options, context } = run
  const targets = plan.images.map(({ target }) => target)
  const deployState = createBuildState(targets)
  const progress = openProgress(run, { targets, deployState })
  try {
    const { exitCode, digests } = await buildx.bake(plan.definition, {
      push: options.push,
      useCache: options.useCache,
      dockerConfig,
      onLine: (line) => progress.show(deployState.take(line)),
      signal: context.signal,
    })
    if (exitCode !== 0) throw explainBuildFailure(deployState)
    return plan.images.map((image) => {
      const digest = digests.get(image.target)
      if (digest !== undefined) return { ...image, digest }
      if (!options.push) return image
      throw new DrayError('PUSH_FAILED', `Buildx did not report the digest of ${image.target}.`)
    })
  } finally {
    progress.close()
  }
}

function openProgress(
  { context, output, global }: BuildRun,
  drawn: Pick<BuildProgressOptions, 'targets' | 'deployState'>,
): BuildProgress {
  const { env, stderr, clock } = context
  if (global.json) return silentBuildProgress
  const isLive = stderr.isTTY === true && !global.plain && !isCI(env)
  const style = createTerminalStyle({
    env: applyNoColor(global, env),
    isTTY: isLive,
  })
  const shared = { stream: stderr, style, clock, clean: output.clean, ...drawn }
  return isLive ? createLiveBuildProgress(shared) : createPlainBuildProgress(shared)
}

async function tell(
  images: readonly (PlannedImage | PushedImage)[],
  { environment, options, context, output, isJson }: Parts & { isJson: boolean },
): Promise<void> {
  const { tag } = environment.values
  const names = images.map((it) => ('digest' in it ? `${it.repository}@${it.digest}` : (it.names[0] ?? '')))
  if (options.digestsFile !== undefined)
    await writeFile(path.resolve(context.cwd, options.digestsFile), names.map((name) => `${name}\n`).join(''))
  reportOutputs({ images: options.push ? names.join(' ') : undefined, tag }, context)
  if (isJson) {
    output.json({
      type: 'build.finished',
      environment: environment.config.environment.name,
      tag,
      pushed: options.push,
      images: images.map(({ target, ...image }) => ({ service: target, ...image })),
    })
  } else output.print(names.join('\n'))
}
