import { deploy, planDeploy, type DeployRequest } from '../../../deploy/deploy.ts'
import type { ReleaseKind } from '../../../deploy/model/events.ts'
import { defaultPatience } from '../../../deploy/execute/execution.ts'
import { DeployFailed, failureFrom, toDrayError } from '../../../deploy/execute/failure.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import type { CliContext } from '../../command/context.ts'
import { deployerOf } from '../../command/deployer.ts'
import type { DeployInput } from './load-deploy.ts'
import { createHooks } from './run-hooks.ts'
import { sendNotifications } from './send-notifications.ts'
import { openReporter, type ReleaseReporter } from './open-reporter.ts'
import { addStack } from '../../command/to-failure.ts'

/** What a deploy and a rollback have of their own: where the release comes from. */
export type ReleaseRun = {
  kind: ReleaseKind
  /** The tag that was asked for. */
  tag: string | undefined
  /** Who is asked what there is: `the host and the registry`. */
  asked: string
  /** Connects to what the run needs. Disposed of at the end. */
  connect: () => Promise<AsyncDisposable & Pick<DeployRequest, 'hosts' | 'resolveDesired' | 'credentials'>>
}

/**
 * Puts a release in place, a new one or one that was kept, or prints the plan with `dryRun`. Failures are told by the
 * reporter; gives the exit code.
 */
export async function runRelease(
  input: DeployInput,
  run: ReleaseRun,
  context: CliContext,
): Promise<ExitCode> {
  const reporter = openReporter(input, run, context)
  context.reportInterrupt = (text) => reporter.note(text, 'warning')
  try {
    for (const text of input.values.warnings) reporter.note(text, 'warning')
    if (input.options.dryRun) return await planOnly(input, { run, reporter, context })
    reporter.started()
    const exitCode = await putInPlace(input, { run, reporter, context })
    await sendNotifications(input, { reporter, context })
    return exitCode
  } finally {
    reporter.close()
  }
}

type Parts = { run: ReleaseRun; reporter: ReleaseReporter; context: CliContext }

async function planOnly(input: DeployInput, { run, reporter, context }: Parts): Promise<ExitCode> {
  try {
    await using connected = await connect(input, { run, reporter, context })
    reporter.planned(await planDeploy(connected.request, context.signal))
    return EXIT.done
  } catch (error) {
    const known = cancelledIfAborted(error, context.signal)
    if (isDefect(known)) throw known
    reporter.failed(describeFailure(known, input))
    return toDrayError(known).exitCode
  }
}

async function putInPlace(input: DeployInput, { run, reporter, context }: Parts): Promise<ExitCode> {
  const hooks = createHooks(input, { report: reporter.report, context })
  const facts = () => ({
    kind: run.kind,
    tag: reporter.deployState.plan?.restores?.tag ?? run.tag,
    release: reporter.deployState.plan?.release,
    previousRelease: reporter.deployState.plan?.replaces,
    deployer: deployerOf(input, context),
  })
  const sinceStart = (): number => context.clock.now() - reporter.startedAtMs
  try {
    await using connected = await connect(input, { run, reporter, context })
    const beforeChange = (_: unknown, signal: AbortSignal): Promise<void> => hooks.before(facts(), signal)
    const plan = await deploy({ ...connected.request, beforeChange }, context.signal)
    const end = { serving: plan.release, durationMs: sinceStart() }
    if (!plan.unchanged) await hooks.after({ ...facts(), outcome: 'deployed', ...end })
    reporter.finished(plan, { outcome: plan.unchanged ? 'unchanged' : 'deployed', ...end })
    return EXIT.done
  } catch (error) {
    const known = cancelledIfAborted(error, context.signal)
    const failure = describeFailure(known, input)
    const serving = known instanceof DeployFailed ? known.undone.servingRelease : undefined
    const end = {
      outcome: context.signal.aborted ? ('cancelled' as const) : ('failed' as const),
      serving,
      durationMs: sinceStart(),
    }
    await hooks.failure({ ...facts(), ...end, failure })
    if (isDefect(known)) throw known
    reporter.failed(failure)
    if (known instanceof DeployFailed) reporter.finished(known.plan, end)
    return toDrayError(known).exitCode
  }
}

async function connect(
  input: DeployInput,
  { run, reporter, context }: Parts,
): Promise<AsyncDisposable & { request: DeployRequest }> {
  reporter.note(`Connecting to ${input.config.environment.hosts.join(', ')}`)
  const connected = await run.connect()
  reporter.note(`Asking ${run.asked} what there is`)
  const request = { ...connected, ...commonRequest(input, { context, reporter }) }
  return { request, [Symbol.asyncDispose]: () => Promise.resolve(connected[Symbol.asyncDispose]()) }
}

function commonRequest(
  input: DeployInput,
  { context, reporter }: { context: CliContext; reporter: ReleaseReporter },
): Omit<DeployRequest, 'hosts' | 'resolveDesired' | 'credentials'> {
  const { config, options } = input
  return {
    deployer: deployerOf(input, context),
    patience: defaultPatience,
    servicePatience: config.services,
    probe: { everyMs: config.probe?.everyMs ?? 100, timeoutMs: config.probe?.timeoutMs ?? 5_000 },
    waitMs: options.waitMs,
    clock: context.clock,
    emit: reporter.report,
  }
}

/** A defect of dray itself is told by who called us, with all that it takes to report it. */
function isDefect(error: unknown): boolean {
  return toDrayError(error).code === 'INTERNAL'
}

/** What is thrown after the user's signal is the signal's doing, whatever it looks like. */
function cancelledIfAborted(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted) return error
  const cancelled = new DrayError('CANCELLED', 'Cancelled by a signal.', { cause: error })
  return error instanceof DeployFailed ? new DeployFailed(cancelled, error) : cancelled
}

function describeFailure(known: unknown, { options }: DeployInput) {
  const told = failureFrom(known)
  return options.debug ? addStack(told, known) : told
}
