import { chooseSides, type Sides } from '../../../operations/diff/choose-sides.ts'
import { compareSides, isDifferent, type ReleaseDiff } from '../../../operations/diff/compare-sides.ts'
import { readReleaseSide, readTreeSide } from '../../../operations/diff/read-release-side.ts'
import type { ReleaseSide } from '../../../operations/diff/release-side.ts'
import { withTag } from '../../../config/deploy-values.ts'
import { joinFailures, nameHost } from '../../../deploy/model/on-each-host.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { filePatch, renderReleaseDiff } from '../../../ui/render/results/render-release-diff.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import { connectCompared, type ComparedTargets } from './connect-compared.ts'
import type { CliContext } from '../../command/context.ts'
import { withOneHost } from '../../command/host-option.ts'
import { loadEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'
import type { diffCommand } from './diff.ts'

/** Prints the differences between two releases, or the working tree and the current release, for each role; returns the exit code. */
export async function runDiff(command: InputOf<typeof diffCommand>, context: CliContext): Promise<ExitCode> {
  const { from } = command.arguments
  const { tag, host, exitCode = false } = command.options
  if (from !== undefined && tag !== undefined) {
    throw new DrayError('USAGE', '`--tag` applies only to the working tree, not to releases.', {
      hint: 'Leave out `--tag`, or the releases.',
    })
  }
  const { loaded, tagUnknown } = await loadCompared(command, context)
  const hosts = comparedHosts(loaded, host)
  const diffs: ReleaseDiff[] = []
  const failures: unknown[] = []
  for (const each of hosts) {
    const input = withOneHost(loaded, each)
    const output = createCommandOutput(input, context)
    if (hosts.length > 1 && !input.options.json) output.print(output.style.colors.bold(each))
    try {
      diffs.push(await diffOnHost({ command, input, output, tagUnknown }, context))
    } catch (error) {
      if (context.signal.aborted || hosts.length === 1) throw error
      failures.push(nameHost(error, each))
    }
  }
  if (failures.length > 0) throw joinFailures(failures)
  return exitCode && diffs.some(isDifferent) ? EXIT.failedOldServing : EXIT.done
}

/** The host that was given; without one, the first of those with each role, since a host has only the services of its role. */
function comparedHosts({ config }: EnvironmentInput, named: string | undefined): string[] {
  const { hosts, roles } = config.environment
  if (named !== undefined) return [named]
  const roleOf = (host: string): string => JSON.stringify(roles[host]?.toSorted())
  return hosts.filter((host, index) => hosts.findIndex((it) => roleOf(it) === roleOf(host)) === index)
}

type Compared = {
  command: InputOf<typeof diffCommand>
  input: EnvironmentInput
  output: CommandOutput
  tagUnknown: string | undefined
}

/** Prints and returns the differences on the only host of `input`. */
async function diffOnHost(
  { command, input, output, tagUnknown }: Compared,
  context: CliContext,
): Promise<ReleaseDiff> {
  const { from, to } = command.arguments
  await using targets = await connectCompared(input, context)
  const { releases } = await targets.kept.archive.read(1, context.signal)
  const environment = input.config.environment.name
  const now = context.clock.now()
  const sides = chooseSides({ releases, wanted: [from, to], environment, now })
  const assumed = tagUnknown === undefined ? undefined : sides.from.tag
  const tagged =
    assumed === undefined ? input : { ...input, values: withTag(input.values, assumed, input.config) }
  await using taggedTargets = assumed === undefined ? undefined : await connectCompared(tagged, context)
  if (tagUnknown !== undefined) {
    const images = assumed === undefined ? 'without a tag' : `with the tag of ${sides.from.id}, ${assumed}`
    output.note(
      output.clean(
        `${tagUnknown} The working tree is compared ${images}; \`--tag TAG\` compares with another one.`,
      ),
    )
  }
  const [before, after] = await readSides(sides, {
    targets: taggedTargets ?? targets,
    input: tagged,
    signal: context.signal,
  })
  const diff = cleanValue(compareSides(before, after), output.clean)
  print(diff, input, output)
  return diff
}

/** Without a release, the tag is needed, too. If the rule in dray.yml finds none, `tagUnknown` has the reason. */
async function loadCompared(
  command: InputOf<typeof diffCommand>,
  context: CliContext,
): Promise<{ loaded: EnvironmentInput; tagUnknown?: string }> {
  if (command.arguments.from !== undefined)
    return { loaded: await loadEnvironment(command, context, { swarm: true }) }
  try {
    const release = { tag: command.options.tag, envFile: undefined, swarm: true as const }
    return { loaded: await loadEnvironment(command, context, release) }
  } catch (error) {
    if (!(error instanceof DrayError) || error.code !== 'TAG_UNKNOWN') throw error
    return { loaded: await loadEnvironment(command, context, { swarm: true }), tagUnknown: error.message }
  }
}

function readSides(
  { from, to }: Sides,
  { targets, input, signal }: { targets: ComparedTargets; input: EnvironmentInput; signal: AbortSignal },
): Promise<[ReleaseSide, ReleaseSide]> {
  const { kept, tree } = targets
  return Promise.all([
    readReleaseSide({ host: kept, release: from }, signal),
    to === 'working-tree'
      ? readTreeSide(tree(), input.values.tag, signal)
      : readReleaseSide({ host: kept, release: to }, signal),
  ])
}

function print(diff: ReleaseDiff, { config, options }: EnvironmentInput, output: CommandOutput): void {
  for (const note of diff.notes) output.note(note)
  if (!options.json) {
    output.print(renderReleaseDiff(diff, output.style))
    return
  }
  const { files, ...rest } = diff
  const { name: environment, hosts } = config.environment
  output.json({
    type: 'diff',
    environment,
    host: hosts[0],
    isDifferent: isDifferent(diff),
    ...rest,
    files: files.map((file) => {
      if (file.kind !== 'text') return file
      const { path, change, kind } = file
      return { path, change, kind, patch: filePatch(file) }
    }),
  })
}
