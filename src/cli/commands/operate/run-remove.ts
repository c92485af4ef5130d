import { realpath } from 'node:fs/promises'
import { createDirectoryRemoval } from '../../../adapters/directory/app-removal.ts'
import { takeLock } from '../../../adapters/directory/lock.ts'
import { createRestoredPlace } from '../../../adapters/directory/restored-place.ts'
import { localHost } from '../../../config/deploy-config.ts'
import type { Lock } from '../../../deploy/model/lock.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { planRemovalOn, removeApp, type PlannedRemoval } from '../../../operations/remove/remove-app.ts'
import type { RemovalHost } from '../../../operations/remove/removal-host.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderRemoval } from '../../../ui/render/results/render-removal.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import type { CliContext } from '../../command/context.ts'
import { deployerOf } from '../../command/deployer.ts'
import { withNamedHost } from '../../command/host-option.ts'
import { loadEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'
import { openQuestions } from '../../command/questions.ts'
import { readWait } from '../../command/wait-option.ts'
import { connectApps, readInPlace, releaseOf, type ConnectedApp } from './connect-apps.ts'
import type { removeCommand } from './remove.ts'

/**
 * Removes the app from every host of the environment, after its plan is shown and confirmed. The locks are held from before the plan
 * until the end. Throws NOT_DEPLOYED, LOCK_HELD and REMOVAL_INCOMPLETE.
 */
export async function runRemove(
  command: InputOf<typeof removeCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const { volumes = false, env = false, dryRun: isDryRun = false, yes = false, ...more } = command.options
  const waitMs = readWait(more.wait)
  const questions = yes || isDryRun ? undefined : openQuestions(context, '--yes')
  if (questions !== undefined && command.global.json) {
    throw new DrayError('USAGE', 'With --json, the plan cannot be shown and confirmed.', {
      hint: 'Pass `--yes`, after a look at it: `--dry-run`.',
    })
  }
  const input = withNamedHost(await loadEnvironment(command, context), more.host)
  const output = createCommandOutput(input, context)
  const { name: environment } = input.config.environment
  const { signal } = context
  await using connected = await connectApps(input, context)
  const deployed = listDeployed(connected.apps, input, output)
  const work: Work = { input, context, output }
  const locks: Lock[] = []
  try {
    if (!isDryRun) for (const app of deployed) locks.push(await lockApp(app, waitMs, work))
    const stop = AbortSignal.any([signal, ...locks.map(({ lost }) => lost)])
    const planned = await Promise.all(
      deployed.map(async ({ host }) => {
        // A deploy may have ended since.
        const app = await readInPlace(host, stop)
        const release = releaseOf(app, input)
        return planRemovalOn(await removalHost(app, input), { release, wish: { volumes, env }, signal: stop })
      }),
    )
    for (const { plan } of planned) {
      const text = output.clean(renderRemoval(plan, output.style))
      if (!isDryRun) output.note(text)
      else if (input.options.json) output.json('remove', { environment, isDryRun, ...plan })
      else output.print(text)
    }
    if (isDryRun) return EXIT.done
    const typed = await questions?.ask(`Type ${environment} to remove it:`, 'cancel')
    if (typed !== undefined && typed !== environment) {
      output.note('Nothing was removed.')
      return EXIT.failedOldServing
    }
    for (const each of planned) await removeFrom(each, stop, work)
    return EXIT.done
  } finally {
    await Promise.all(locks.map((lock) => lock[Symbol.asyncDispose]()))
  }
}

type Work = { input: EnvironmentInput; context: CliContext; output: CommandOutput }

/** The hosts with a release; an earlier removal may have ended on some. Throws NOT_DEPLOYED without any. */
function listDeployed(
  apps: readonly ConnectedApp[],
  input: EnvironmentInput,
  output: CommandOutput,
): ConnectedApp[] {
  const { name, path } = input.config.environment
  const deployed = apps.filter(({ release }) => release !== undefined)
  if (deployed.length === 0) {
    const hosts = apps.map(({ host }) => host.name).join(', ')
    throw new DrayError(
      'NOT_DEPLOYED',
      `No release of ${name} is in ${path} on ${hosts}, so there is nothing to remove.`,
      {
        hint: 'If containers run there that dray did not start, `docker compose down` in the directory removes them.',
      },
    )
  }
  for (const { host, release } of apps) {
    if (release === undefined)
      output.note(`No release is in ${path} on ${host.name}: there is nothing to remove.`)
  }
  return deployed
}

function lockApp({ host }: ConnectedApp, waitMs: number, { input, context }: Work): Promise<Lock> {
  const { clock, signal } = context
  const holder = { ...deployerOf(input, context), removes: true, sinceMs: clock.now() }
  const { runner, path } = host.place
  return takeLock({ runner, path, holder, waitMs, clock, signal, withoutEnv: true })
}

async function removalHost(
  { host, place }: ConnectedApp,
  { config }: EnvironmentInput,
): Promise<RemovalHost> {
  const { name, engine, target, archive } = host
  const isSource = name === localHost && (await isSamePlace(place.path, config.projectDirectory))
  return {
    name,
    engine,
    forwarder: target.forwarder,
    directory: createDirectoryRemoval(place),
    isSource,
    readExternals: async (release) => {
      try {
        const { app } = await createRestoredPlace(place, release).directory.inspect(
          await archive.files(release),
        )
        return app.externals ?? []
      } catch (error) {
        if (error instanceof DrayError) return undefined
        throw error
      }
    },
  }
}

async function isSamePlace(a: string, b: string): Promise<boolean> {
  const [one, two] = await Promise.all([a, b].map((it) => realpath(it)))
  return one === two
}

async function removeFrom(
  planned: PlannedRemoval,
  stop: AbortSignal,
  { input, output }: Work,
): Promise<void> {
  const { plan } = planned
  const environment = input.config.environment.name
  const { entries } = await removeApp(planned, stop)
  if (input.options.json) {
    output.json('remove', { environment, isDryRun: false, ...cleanValue({ ...plan, entries }, output.clean) })
    return
  }
  const { colors, glyphs } = output.style
  const left = entries.length === 0 ? 'is empty' : `has ${entries.map((it) => output.clean(it)).join(', ')}`
  output.print(`${colors.green(glyphs.done)} Removed ${environment} from ${plan.host}. ${plan.path} ${left}.`)
}
