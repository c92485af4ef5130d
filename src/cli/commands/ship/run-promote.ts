import { observeApp } from '../../../adapters/directory/observe-app.ts'
import type { RegistryClient } from '../../../adapters/registry/registry-client.ts'
import { readComposeTexts } from '../../../adapters/source/compose-references.ts'
import { choosePromoted, type PromotedImage, type Promotion } from '../../../build/choose-promoted.ts'
import { ownRepositories } from '../../../build/own-images.ts'
import { parseImageReference, type Digest } from '../../../deploy/model/image-reference.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import type { InputOf } from '../../command/command.ts'
import { connectEach } from '../../command/connect-each.ts'
import { connectRegistry } from '../../command/connect-registry.ts'
import type { CliContext } from '../../command/context.ts'
import { loadNamedEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'
import type { promoteCommand } from './promote.ts'
import { reportOutputs } from './report-outputs.ts'

/** Adds the tag of one environment to the images that another runs, in the registry, and prints them. */
export async function runPromote(
  input: InputOf<typeof promoteCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const { from: fromName, to: toName } = input.arguments
  if (fromName === undefined || toName === undefined) {
    throw new DrayError(
      'USAGE',
      'Name two environments: the one that runs the images, and the one to tag them for.',
      {
        hint: 'For example: `dray promote test production --tag v1.4.0`',
      },
    )
  }
  const { global: options } = input
  const from = await loadNamedEnvironment({ name: fromName, options, swarm: true }, context)
  const release = { tag: input.options.tag, envFile: undefined }
  const to = await loadNamedEnvironment({ name: toName, options, release, swarm: true }, context)
  const { tag } = to.values
  if (tag === undefined) throw new DrayError('TAG_UNKNOWN', `No tag is set for the images of ${toName}.`)

  const output = createCommandOutput(to, context)
  output.note(`Reading the current release of ${from.config.environment.hosts.join(', ')}`)
  const images = choosePromoted({
    from: await releasesOf(from, context),
    to: { environment: toName, repositories: await repositoriesOf(to) },
  })
  await using registry = connectRegistry(to, context, Promise.resolve([]))
  const missing = await findMissing(images, { tag, client: registry.client, signal: context.signal })
  for (const { repository, digest } of missing) {
    await registry.client.tag({ ...parseImageReference(repository), digest }, tag, context.signal)
    output.note(`${repository}:${tag} now points to ${digest}`)
  }
  const names = images.map(({ repository, digest }) => `${repository}@${digest}`)
  reportOutputs({ images: names.join(' '), tag }, context)
  if (options.json) output.json({ type: 'promote.finished', from: fromName, to: toName, tag, images })
  else output.print(names.join('\n'))
  return EXIT.done
}

async function releasesOf({ config }: EnvironmentInput, context: CliContext): Promise<Promotion['from']> {
  const { name: environment, hosts, path: directory } = config.environment
  await using connected = await connectEach(hosts, context, (runner) => runner)
  const looks = connected.hosts.map(async (runner) => {
    const { release } = await observeApp({ runner, path: directory }, context.signal)
    return { name: runner.name, release }
  })
  return { environment, hosts: await Promise.all(looks) }
}

async function repositoriesOf({ config, values }: EnvironmentInput): Promise<string[]> {
  const { projectDirectory, registry, environment } = config
  const texts = await readComposeTexts(projectDirectory, environment.composeFiles)
  const owners = [registry?.owner, values.registryOwner].filter((owner) => owner !== undefined)
  const prefixes = registry === undefined ? [] : owners.map((owner) => `${registry.host}/${owner}/`)
  return ownRepositories(texts, { variables: values.composeVariables, prefixes })
}

type Tagging = { tag: string; client: RegistryClient; signal: AbortSignal }

/** The images without the tag. Throws TAG_TAKEN before any is tagged. */
async function findMissing(
  images: readonly PromotedImage[],
  { tag, client, signal }: Tagging,
): Promise<PromotedImage[]> {
  const missing: PromotedImage[] = []
  for (const image of images) {
    const { repository, digest } = image
    const found = await digestOf(`${repository}:${tag}`, { client, signal })
    if (found === undefined) missing.push(image)
    else if (found !== digest)
      throw new DrayError('TAG_TAKEN', `${repository}:${tag} points to ${found}, not to ${digest}.`)
  }
  return missing
}

async function digestOf(
  name: string,
  { client, signal }: Pick<Tagging, 'client' | 'signal'>,
): Promise<Digest | undefined> {
  try {
    return await client.digest(parseImageReference(name), signal)
  } catch (error) {
    if (error instanceof DrayError && error.code === 'TAG_NOT_FOUND') return undefined
    throw error
  }
}
