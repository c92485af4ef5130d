import { deploy, planDeploy, type DeployRequest } from '../../../deploy/deploy.ts'
import { deployStack, planStack, type StackRequest } from '../../../deploy/swarm/deploy-stack.ts'
import type { ReleaseKind } from '../../../deploy/model/events.ts'
import type { Plan } from '../../../deploy/model/plan.ts'
import { someNames } from '../../../deploy/model/some-names.ts'
import { isNamed } from '../../../deploy/model/on-each-host.ts'
import { defaultPatience } from '../../../deploy/execute/execution.ts'
import { DeployFailed, failureFrom, toDrayError } from '../../../deploy/execute/failure.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import type { CliContext } from '../../command/context.ts'
import { deployerOf } from '../../command/deployer.ts'
import { explainForeign } from './explain-foreign.ts'
import { explainLoss } from './explain-loss.ts'
import type { DeployInput } from './load-deploy.ts'
import { createHooks } from './run-hooks.ts'
import { sendNotifications } from './send-notifications.ts'
import { openReporter, type ReleaseReporter } from './open-reporter.ts'
import { addStack } from '../../command/to-failure.ts'

/** The connected targets of a release. Disposed of at the end. */
export type ReleaseTargets = AsyncDisposable &
  Pick<StackRequest, 'hosts' | 'resolveDesired' | 'credentials' | 'pullToken'>

/** The difference between a deploy and a rollback: the source of the release. */
export type ReleaseRun = {
  kind: ReleaseKind
  connect: () => Promise<ReleaseTargets>
  /** Throws to refuse a plan that was made under the lock, before anything is changed. */
  accepts?: (plan: Plan) => void
}

/**
 * Deploys a new or an archived release, or prints the plan with `dryRun`. The reporter prints failures; returns the exit
 * code.
 */
export async function runRelease(
  input: DeployInput,
  run: ReleaseRun,
  context: CliContext,
): Promise<ExitCode> {
  const reporter = openReporter(input, run, context)
  const work = { input, run, reporter, context }
  context.reportInterrupt = (text) => reporter.note(text, 'warning')
  try {
    for (const text of input.values.warnings) reporter.note(text, 'warning')
    if (input.options.dryRun) return await planOnly(work)
    reporter.started()
    const exitCode = await putInPlace(work)
    await sendNotifications(input, { reporter, context })
    return exitCode
  } finally {
    reporter.close()
  }
}

type Work = { input: DeployInput; run: ReleaseRun; reporter: ReleaseReporter; context: CliContext }

async function planOnly(work: Work): Promise<ExitCode> {
  const { reporter, context } = work
  try {
    await using targets = await connect(work)
    const request = { ...targets, ...settingsOf(work) }
    reporter.planned(await engineOf(work).plan(request, context.signal))
    return EXIT.done
  } catch (error) {
    const known = cancelledIfAborted(error, context.signal)
    if (isDefect(known)) throw known
    reporter.failed(describeFailure(known, work.input, context))
    return toDrayError(known).exitCode
  }
}

async function putInPlace(work: Work): Promise<ExitCode> {
  const { input, reporter, context } = work
  const hooks = createHooks(input, { report: reporter.report, context })
  let plannedAtMs: number | undefined
  try {
    await using targets = await connect(work)
    const beforeChange = async (plan: Plan, signal: AbortSignal) => {
      work.run.accepts?.(plan)
      plannedAtMs = context.clock.now()
      return hooks.before(hookFacts(work), signal)
    }
    const runHostHook = hooks.onHost(() => hookFacts(work))
    const request = { ...targets, ...settingsOf(work), runHostHook, beforeChange }
    const plan = await engineOf(work).deploy(request, context.signal)
    const end = { serving: plan.release, durationMs: sinceStart(work) }
    if (!plan.unchanged) await hooks.after({ ...hookFacts(work), outcome: 'deployed', ...end })
    reporter.finished(plan, { outcome: plan.unchanged ? 'unchanged' : 'deployed', ...end })
    return EXIT.done
  } catch (error) {
    const known = await explainLoss(
      cancelledIfAborted(error, context.signal),
      { input, plannedAtMs },
      context,
    )
    const failure = describeFailure(known, input, context)
    const end = {
      outcome: toDrayError(known).code === 'CANCELLED' ? ('cancelled' as const) : ('failed' as const),
      serving: known instanceof DeployFailed ? known.undone.servingRelease : undefined,
      durationMs: sinceStart(work),
    }
    await hooks.failure({ ...hookFacts(work), ...end, failure })
    if (isDefect(known)) throw known
    reporter.failed(failure)
    if (known instanceof DeployFailed) reporter.finished(known.plan, end)
    return toDrayError(known).exitCode
  }
}

type ReleaseEngine = Readonly<
  Record<'plan' | 'deploy', (request: StackRequest, signal: AbortSignal) => Promise<Plan>>
>

/** What puts a release in place, by `engine` in dray.yml. */
const engines: Readonly<Record<'compose' | 'swarm', ReleaseEngine>> = {
  compose: { plan: planDeploy, deploy },
  swarm: { plan: planStack, deploy: deployStack },
}

function engineOf({ input }: Work): ReleaseEngine {
  return engines[input.config.environment.engine]
}

async function connect({ input, run, reporter }: Work): Promise<ReleaseTargets> {
  reporter.note(`Connecting to ${someNames(input.config.environment.hosts)}`)
  const targets = await run.connect().catch((error: unknown) => {
    throw proposeWithout(error, input)
  })
  const asked = run.kind === 'deploy' ? 'host and registry' : 'host'
  reporter.note(`Reading the state of ${asked}`)
  return targets
}

/** Of several hosts, one that cannot be reached can be left out. */
function proposeWithout(error: unknown, { config }: DeployInput): unknown {
  const { name, hosts } = config.environment
  if (!(error instanceof DrayError) || error.code !== 'HOST_UNREACHABLE' || hosts.length < 2) return error
  const { code, message, hint, details, temporary } = error
  const texts = [message, ...(details.problems ?? [])]
  const down = hosts.filter((host) => texts.some((text) => isNamed(host, text)))
  if (down.length === hosts.length) return error
  const options = down.length === 0 ? ' --without HOST' : down.map((host) => ` --without ${host}`).join('')
  const more = `To deploy to the others, add \`${options.trim()}\`; \`dray status ${name}\` shows what runs where.`
  return new DrayError(code, message, { hint: `${hint} ${more}`, details, temporary, cause: error })
}

/** The settings of a deploy request, without its targets. */
function settingsOf({ input, reporter, context }: Work): Omit<DeployRequest, keyof ReleaseTargets> {
  return { ...planSettings(input, context), emit: reporter.report }
}

/** The plan of a release for connected targets, of which nothing is reported. Throws the errors of reading them. */
export function planRelease(input: DeployInput, targets: ReleaseTargets, context: CliContext): Promise<Plan> {
  const request = { ...targets, ...planSettings(input, context) }
  return engines[input.config.environment.engine].plan(request, context.signal)
}

/** The same for a plan alone, of which nothing is reported. */
function planSettings(input: DeployInput, context: CliContext): Omit<DeployRequest, keyof ReleaseTargets> {
  const { config, options } = input
  return {
    deployer: deployerOf(input, context),
    patience: defaultPatience,
    servicePatience: config.services,
    probe: {
      everyMs: (config.probe || undefined)?.everyMs ?? 100,
      timeoutMs: (config.probe || undefined)?.timeoutMs ?? 5_000,
    },
    waitMs: options.waitMs,
    clock: context.clock,
    emit: () => undefined,
  }
}

/** Facts for hooks, as far as they are known. */
function hookFacts({ input, run, reporter: { deployState }, context }: Work) {
  return {
    kind: run.kind,
    tag: deployState.plan?.restores?.tag ?? input.values.tag,
    release: deployState.plan?.release,
    previousRelease: deployState.plan?.replaces,
    deployer: deployerOf(input, context),
  }
}

function sinceStart({ reporter, context }: Work): number {
  return context.clock.now() - reporter.startedAtMs
}

/** A bug in dray is reported by the caller, with the details for a bug report. */
function isDefect(error: unknown): boolean {
  return toDrayError(error).code === 'INTERNAL'
}

/**
 * An error after the user's signal counts as a cancellation, unless an operator has to act: a failed undo, a lost host, a failure
 * after the record. A defect in the middle of cancelling was cancelled, too.
 */
function cancelledIfAborted(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted) return error
  const cancelled = new DrayError('CANCELLED', 'Cancelled by a signal.', { cause: error })
  if (!(error instanceof DeployFailed)) return cancelled
  const needsPerson = error.error.exitCode === EXIT.needsPerson && !isDefect(error)
  return needsPerson ? error : new DeployFailed(cancelled, error)
}

function describeFailure(known: unknown, input: DeployInput, { cwd }: CliContext) {
  const { options } = input
  const told = explainForeign(failureFrom(known), input, cwd)
  return options.debug ? addStack(told, known) : told
}
