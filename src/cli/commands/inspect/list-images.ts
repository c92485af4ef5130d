import type { Digest } from '../../../deploy/model/image-reference.ts'
import { listEnvironments } from '../../../config/load-config.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { subjectOfTag } from '../../../operations/images/decide-pruning.ts'
import type { ManifestLinks, PackageVersion } from '../../../operations/images/package-version.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderImages, type ListedImage } from '../../../ui/render/results/render-images.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import type { CliContext } from '../../command/context.ts'
import { findImageUsers, findRepositories, joinUsers, type ImageUsers } from './image-users.ts'
import { loadNamedEnvironment } from '../../command/load-environment.ts'
import { readCount } from '../../command/read-count.ts'
import type { ImagesInput } from './images.ts'
import { openPackages, packageName, type OpenPackages } from './open-packages.ts'

/** Lists the app's images in the registry with their users. An environment that does not answer is reported as a note. */
export async function listImages(command: ImagesInput, context: CliContext): Promise<ExitCode> {
  const { global: options } = command
  const limit = readCount(command.options.limit ?? '20', '--limit')
  const all = await listEnvironments(context.cwd, options.configPath)
  const wanted = command.arguments.environment
  // Refuses an unknown name.
  if (wanted !== undefined) await loadNamedEnvironment({ name: wanted, options, swarm: true }, context)
  const inputs = await Promise.all(
    all.map((name) => loadNamedEnvironment({ name, options, swarm: true }, context)),
  )
  const [first] = inputs
  if (first === undefined) return EXIT.done
  const secrets = inputs.flatMap(({ values }) => values.secrets)
  const output = createCommandOutput({ options, values: { secrets } }, context)
  await using opened = openPackages(first, context)
  const users = joinUsers(
    await Promise.all(
      inputs.map((input) =>
        findImageUsers(input, context).catch((error: unknown): ImageUsers => {
          if (context.signal.aborted || !(error instanceof DrayError)) throw error
          const { name } = input.config.environment
          output.note(output.clean(`The images that ${name} uses are unknown. ${error.message}`))
          return new Map()
        }),
      ),
    ),
  )
  const chosen = inputs.filter(({ config }) => wanted === undefined || config.environment.name === wanted)
  const found = await Promise.all(chosen.map((input) => findRepositories(input, users)))
  for (const repository of new Set(found.flat())) {
    const images = cleanValue(await readImages(repository, { opened, users, limit }, context), output.clean)
    if (images === undefined) output.note(`There is no package ${repository}.`)
    else if (options.json) for (const image of images) output.json({ type: 'image', repository, ...image })
    else output.print(renderImages({ repository, images, nowMs: context.clock.now() }, output.style))
  }
  return EXIT.done
}

async function readImages(
  repository: string,
  { opened, users, limit }: { opened: OpenPackages; users: ImageUsers; limit: number },
  context: CliContext,
): Promise<ListedImage[] | undefined> {
  const versions = await opened.packages.versions(packageName(repository), context.signal)
  if (versions === undefined) return undefined
  const needed = users.get(repository) ?? new Map<Digest, never>()
  const tagged = versions
    .filter(({ tags }) => tags.some((tag) => subjectOfTag(tag) === undefined))
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
  const listed = [
    ...new Set([...tagged.slice(0, limit), ...versions.filter(({ digest }) => needed.has(digest))]),
  ]
  const links = await opened.readLinks(repository, listed)
  const parts = await opened.readLinks(repository, partsOf(listed, versions, links))
  return listed.map(({ digest, tags, createdAtMs }) => ({
    digest,
    tags,
    createdAtMs,
    sizeBytes: sizeOf(digest, new Map([...parts, ...links])),
    users: needed.get(digest) ?? [],
  }))
}

function partsOf(
  listed: readonly PackageVersion[],
  versions: readonly PackageVersion[],
  links: ReadonlyMap<Digest, ManifestLinks>,
): PackageVersion[] {
  const parts = new Set(listed.flatMap(({ digest }) => links.get(digest)?.children ?? []))
  return versions.filter(({ digest }) => parts.has(digest))
}

/** Compressed size; for an index that of its largest variant. Undefined if the manifest is missing. */
function sizeOf(digest: Digest, links: ReadonlyMap<Digest, ManifestLinks>): number | undefined {
  const own = links.get(digest)
  if (own === undefined) return undefined
  return Math.max(own.sizeBytes, ...own.children.map((child) => links.get(child)?.sizeBytes ?? 0))
}
