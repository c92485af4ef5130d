import type { Deletion } from '../../../adapters/github/packages.ts'
import { listEnvironments } from '../../../config/load-config.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import {
  decidePruning,
  type PruneDecision,
  type PruneRules,
} from '../../../operations/images/decide-pruning.ts'
import { parseDuration } from '../../../shared/duration.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderPruning, renderPruneEnd } from '../../../ui/render/results/render-images.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import type { CliContext } from '../../command/context.ts'
import { findImageUsers, findRepositories, joinUsers, type ImageUsers } from './image-users.ts'
import { loadNamedEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'
import type { ImagesInput } from './images.ts'
import { openPackages, packageName, type OpenPackages } from './open-packages.ts'
import { readCount } from '../../command/read-count.ts'

const DAY_MS = 86_400_000

type Pruning = { repository: string; decision: PruneDecision }

/**
 * Lists unused images of the app, and deletes them with `--delete`. Everything is decided before the first deletion; an
 * unreachable host stops it. Throws USAGE, PACKAGES_DENIED, PACKAGES_FAILED, the REGISTRY_… codes, and the errors of hosts.
 */
export async function pruneImages(command: ImagesInput, context: CliContext): Promise<ExitCode> {
  const { global, options } = command
  const isDeleting = options.delete === true
  const rules = readRules(options, context.clock.now())
  const inputs = await loadAsked(command, context)
  const [first] = inputs
  if (first === undefined) throw new DrayError('USAGE', '`--without` excludes every environment.')
  const secrets = inputs.flatMap(({ values }) => values.secrets)
  const output = createCommandOutput({ options: global, values: { secrets } }, context)
  await using opened = openPackages(first, context)
  output.note('Reading the images that every environment uses')
  const users = joinUsers(await Promise.all(inputs.map((input) => findImageUsers(input, context))))
  const repositories = new Set((await Promise.all(inputs.map((it) => findRepositories(it, users)))).flat())
  const prunings: Pruning[] = []
  for (const repository of repositories) {
    output.note(`Reading every manifest of ${repository}`)
    const decision = await decide(repository, { opened, users, rules }, context)
    if (decision === undefined) output.note(`There is no package ${repository}.`)
    else prunings.push({ repository, decision })
  }
  for (const pruning of prunings) printPruning(cleanValue(pruning, output.clean), { global, output, rules })
  const counts = { deleted: 0, refused: 0, removable: 0 }
  for (const { repository, decision } of prunings) {
    counts.removable += decision.removable.length
    if (isDeleting) await deleteAll(repository, { decision, opened, counts, output }, context)
  }
  if (global.json) output.json({ type: 'images.pruned', isDeleting, ...counts })
  else output.print(renderPruneEnd({ isDeleting, ...counts }, output.style))
  return EXIT.done
}

function readRules({ minAge: text = '7d', keep = '10' }: ImagesInput['options'], nowMs: number): PruneRules {
  const days = /^(\d{1,5})d$/.exec(text)?.[1]
  const minAgeMs = parseDuration(days === undefined ? text : `${Number(days) * 24}h`)
  if (minAgeMs === undefined || minAgeMs < DAY_MS) {
    throw new DrayError('USAGE', `The value \`${text}\` of --min-age is not a duration of one day or more.`, {
      hint: 'Write `--min-age 7d` or `--min-age 36h`. The parts of an image are pushed before the image.',
    })
  }
  return { keepNewest: readCount(keep, '--keep'), minAgeMs, nowMs }
}

async function loadAsked(
  { global, options: { without = [] } }: ImagesInput,
  context: CliContext,
): Promise<EnvironmentInput[]> {
  const names = await listEnvironments(context.cwd, global.configPath)
  const unknown = without.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new DrayError(
      'USAGE',
      `The value \`${unknown}\` of --without is not an environment. Environments: ${names.join(', ')}.`,
    )
  const asked = names.filter((name) => !without.includes(name))
  return Promise.all(
    asked.map((name) => loadNamedEnvironment({ name, options: global, swarm: true }, context)),
  )
}

async function decide(
  repository: string,
  { opened, users, rules }: { opened: OpenPackages; users: ImageUsers; rules: PruneRules },
  context: CliContext,
): Promise<PruneDecision | undefined> {
  const versions = await opened.packages.versions(packageName(repository), context.signal)
  if (versions === undefined) return undefined
  const links = await opened.readLinks(repository, versions)
  if (versions.length > 0 && links.size === 0) {
    throw new DrayError(
      'PACKAGES_FAILED',
      `The registry has none of the ${versions.length} versions of ${repository} that GitHub lists.`,
      { hint: 'Nothing was deleted. Check that `registry` in dray.yml names the right owner.' },
    )
  }
  return decidePruning({ versions, links, users: users.get(repository) ?? new Map() }, rules)
}

function printPruning(
  { repository, decision }: Pruning,
  { global, output, rules }: { global: ImagesInput['global']; output: CommandOutput; rules: PruneRules },
): void {
  if (!global.json) {
    output.print(renderPruning({ repository, decision, nowMs: rules.nowMs }, output.style))
    return
  }
  for (const { version, reason } of decision.retained)
    output.json({ type: 'images.version', repository, ...version, isRetained: true, reason })
  for (const version of decision.removable)
    output.json({ type: 'images.version', repository, ...version, isRetained: false })
}

async function deleteAll(
  repository: string,
  work: {
    decision: PruneDecision
    opened: OpenPackages
    counts: { deleted: number; refused: number }
    output: CommandOutput
  },
  context: CliContext,
): Promise<void> {
  const { decision, opened, counts, output } = work
  for (const version of decision.removable) {
    const deletion = await opened.packages.remove(packageName(repository), version, context.signal)
    if (deletion.kind === 'refused') counts.refused += 1
    else counts.deleted += 1
    output.note(
      output.clean(tellDeletion(deletion, `${repository}@${version.digest} (version ${version.id})`)),
    )
  }
}

function tellDeletion(deletion: Deletion, name: string): string {
  switch (deletion.kind) {
    case 'deleted':
      return `Deleted ${name}`
    case 'gone already':
      return `${name} was already deleted`
    case 'refused':
      return `GitHub refused to delete ${name}: ${deletion.why}`
  }
}
