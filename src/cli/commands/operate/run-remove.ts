import { createDirectoryRemoval } from '../../../adapters/directory/app-removal.ts'
import { takeLock } from '../../../adapters/directory/lock/lock.ts'
import { lockHosts, releaseAll, type LockableHost } from '../../../deploy/lock-hosts.ts'
import { toDrayError } from '../../../deploy/execute/failure.ts'
import { joinFailures } from '../../../deploy/model/on-each-host.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { findUnrecorded, type UnrecordedDeploy } from '../../../operations/remove/unrecorded-deploy.ts'
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
import { connectNodeDisks } from '../../command/connect-swarm-disks.ts'
import { connectApps, readInPlace, type ConnectedApp } from './connect-apps.ts'
import { countKinds, planOnHost, type PlannedOnHost } from './remove-from-host.ts'
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
  const input = withNamedHost(await loadEnvironment(command, context, { swarm: true }), more.host)
  const output = createCommandOutput(input, context)
  const { name: environment } = input.config.environment
  const { signal } = context
  await using connected = await connectApps(input, context)
  const work: Work = { input, context, output }
  const deployed = await listDeployed(connected.apps, work)
  const [{ host: manager }] = connected.apps
  const isSwarm = input.config.environment.engine === 'swarm'
  await using swarm = isSwarm ? await connectNodeDisks(manager, input, context) : undefined
  const lockable = {
    hosts: deployed.map((app) => lockableForRemoval(app, context)),
    clock: context.clock,
    waitMs,
  }
  const locks = isDryRun ? [] : await lockHosts({ ...lockable, deployer: deployerOf(input, context) }, signal)
  try {
    const stop = AbortSignal.any([signal, ...locks.map(({ lost }) => lost)])
    const planned = await Promise.all(
      deployed.map(async ({ host }) => {
        // A deploy may have ended since.
        const app = await readInPlace(host, stop)
        const release = app.release ?? (await readUnrecorded(app, stop)) ?? refuseNothing([app], input)
        return planOnHost(app, { release, wish: { volumes, env }, signal: stop }, { ...work, swarm })
      }),
    )
    for (const { plan } of planned) {
      const text = output.clean(renderRemoval(plan, output.style))
      if (!isDryRun) output.note(text)
      else if (input.options.json) output.json({ type: 'remove', environment, isDryRun, ...plan })
      else output.print(text)
    }
    const failures = planned.flatMap((it) => it.failures)
    if (isDryRun && failures.length > 0) throw joinFailures(failures)
    if (isDryRun) return EXIT.done
    for (const failure of failures) output.note(output.clean(toDrayError(failure).message))
    const typed = await questions?.ask(`Type ${environment} to remove it:`, 'cancel')
    if (typed !== undefined && typed !== environment) {
      output.note('Nothing was removed.')
      return EXIT.failedOldServing
    }
    for (const each of planned) await removeFrom(each, stop, work)
    return EXIT.done
  } finally {
    await releaseAll(locks)
  }
}

type Work = { input: EnvironmentInput; context: CliContext; output: CommandOutput }

/**
 * The hosts with a release or with records of a deploy that failed; an earlier removal may have ended on some. Throws NOT_DEPLOYED
 * without any.
 */
async function listDeployed(
  apps: readonly ConnectedApp[],
  { input, context, output }: Work,
): Promise<ConnectedApp[]> {
  const { path } = input.config.environment
  const found = await Promise.all(
    apps.map(async (app) => app.release ?? (await readUnrecorded(app, context.signal))),
  )
  const deployed = apps.filter((_, index) => found[index] !== undefined)
  if (deployed.length === 0) refuseNothing(apps, input)
  for (const app of apps) {
    const { name } = app.host
    if (!deployed.includes(app))
      output.note(`No release and no record of dray is in ${path} on ${name}: there is nothing to remove.`)
    else if (app.release === undefined)
      output.note(
        `No release was recorded in ${path} on ${name}. The remains of a deploy there can be removed.`,
      )
  }
  return deployed
}

function refuseNothing(apps: readonly ConnectedApp[], { config }: EnvironmentInput): never {
  const { name, path, engine } = config.environment
  const hosts = apps.map(({ host }) => host.name).join(', ')
  throw new DrayError(
    'NOT_DEPLOYED',
    `No release of ${name} and no record of dray is in ${path} on ${hosts}, so there is nothing to remove.`,
    {
      hint:
        engine === 'swarm'
          ? 'If a stack runs there that dray did not deploy, `docker stack rm` removes it; `docker stack ls` lists all.'
          : 'If containers run there that dray did not start, `docker compose down` in the directory removes them.',
    },
  )
}

/** The deploy that left records on a host without a release; undefined without any. */
async function readUnrecorded(
  { host, place }: ConnectedApp,
  signal: AbortSignal,
): Promise<UnrecordedDeploy | undefined> {
  const { hasRecords } = await createDirectoryRemoval(place).survey([])
  return hasRecords ? findUnrecorded((await host.archive.read(MOST_ATTEMPTS, signal)).journal) : undefined
}

/** After a deploy's line, the journal may have lines of tasks and of changes of `.env`. */
const MOST_ATTEMPTS = 100

function lockableForRemoval({ host }: ConnectedApp, { clock }: CliContext): LockableHost {
  const { runner, path } = host.place
  return {
    name: host.name,
    lock: (holder, options) =>
      takeLock({ runner, path, holder: { ...holder, removes: true }, withoutEnv: true, clock, ...options }),
  }
}

async function removeFrom(
  { plan, remove }: PlannedOnHost,
  stop: AbortSignal,
  { input, output }: Work,
): Promise<void> {
  const { name: environment, engine } = input.config.environment
  const { entries } = await remove(stop)
  if (input.options.json) {
    output.json({
      type: 'remove',
      environment,
      isDryRun: false,
      ...cleanValue({ ...plan, entries }, output.clean),
    })
    return
  }
  const { colors, glyphs } = output.style
  const left = entries.length === 0 ? 'is empty' : `has ${entries.map((it) => output.clean(it)).join(', ')}`
  const counts = countKinds(engine === 'swarm' ? plan.going : [], ['service', 'network', 'config', 'secret'])
  output.print(
    `${colors.green(glyphs.done)} Removed ${environment} from ${plan.host}${counts === '' ? '' : `: ${counts}`}. ${plan.path} ${left}.`,
  )
}
