import { deploy, planDeploy, type DeployRequest } from '../deploy/deploy.ts'
import type { ReleaseKind } from '../deploy/events.ts'
import { defaultPatience } from '../deploy/execution.ts'
import { DeployFailed, failureFrom, toDrayError } from '../deploy/failure.ts'
import type { Plan } from '../deploy/plan.ts'
import { DrayError } from '../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../errors/exit-code.ts'
import { createRedactor } from '../shared/redact.ts'
import { chooseReporter, createReporter } from '../ui/create-reporter.ts'
import { renderPlan } from '../ui/render-plan.ts'
import type { DeployFinished } from '../ui/render-summary.ts'
import type { Reporter } from '../ui/reporter.ts'
import { createCommandOutput } from './command-output.ts'
import type { CliContext } from './context.ts'
import { deployerOf } from './deployer.ts'
import type { DeployInput } from './load-deploy.ts'
import { tellOutputs } from './step-outputs.ts'
import { addStack } from './to-failure.ts'

/** What a deploy and a rollback have of their own: where the release comes from. */
export type ReleaseRun = {
  kind: ReleaseKind
  /** The tag that was asked for. */
  tag: string | undefined
  /** Who is asked what there is: `the host and the registry`. */
  asked: string
  /** Connects to what the run needs. Disposed of at the end. */
  connect: () => Promise<AsyncDisposable & Pick<DeployRequest, 'hosts' | 'want' | 'credentials'>>
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
  const reporter = makeReporter(input, context)
  const { clock } = context
  const { kind } = run
  const startedAtMs = clock.now()
  const tellFinished = (plan: Plan, end: Pick<DeployFinished, 'outcome' | 'serving'>): void => {
    const { app, environment, release, images, restores, notUndone } = plan
    const durationMs = clock.now() - startedAtMs
    const { url } = input.config.environment
    const tag = restores?.tag ?? run.tag
    tellOutputs({ outcome: end.outcome, release: end.serving, tag, url }, context)
    reporter.report({
      type: 'deploy.finished',
      at: clock.now(),
      kind,
      app,
      environment,
      release,
      ...(restores && { restores }),
      ...(notUndone && { notUndone }),
      images,
      durationMs,
      ...end,
    })
  }
  context.tellInterrupt = (text) => {
    reporter.report({ type: 'note', at: clock.now(), level: 'warning', text })
  }
  try {
    for (const text of input.values.warnings)
      reporter.report({ type: 'note', at: clock.now(), level: 'warning', text })
    if (!input.options.dryRun) {
      const { app, environment } = input.config
      const { name, hosts } = environment
      const at = startedAtMs
      reporter.report({ type: 'deploy.started', at, kind, app, environment: name, hosts, tag: run.tag })
    }
    const tell = (text: string): void => {
      reporter.report({ type: 'note', at: clock.now(), level: 'info', text })
    }
    tell(`Connecting to ${input.config.environment.hosts.join(', ')}`)
    await using connected = await run.connect()
    tell(`Asking ${run.asked} what there is`)
    const request = { ...connected, ...commonRequest(input, { context, reporter }) }
    if (input.options.dryRun)
      showPlan(await planDeploy(request, context.signal), { reporter, input, context })
    else {
      const plan = await deploy(request, context.signal)
      tellFinished(plan, { outcome: plan.unchanged ? 'unchanged' : 'deployed', serving: plan.release })
    }
    return EXIT.done
  } catch (error) {
    const known = cancelledIfAborted(error, context.signal)
    if (toDrayError(known).code === 'INTERNAL') throw known
    const told = failureFrom(known)
    const failure = input.options.debug ? addStack(told, known) : told
    reporter.report({ type: 'failed', at: clock.now(), failure })
    if (known instanceof DeployFailed) {
      const outcome = context.signal.aborted ? 'cancelled' : 'failed'
      tellFinished(known.plan, { outcome, serving: known.undone.servingRelease })
    }
    return toDrayError(known).exitCode
  } finally {
    reporter.close()
  }
}

/** What is thrown after the user's signal is the signal's doing, whatever it looks like. */
function cancelledIfAborted(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted) return error
  const cancelled = new DrayError('CANCELLED', 'Cancelled by a signal.', { cause: error })
  return error instanceof DeployFailed ? new DeployFailed(cancelled, error) : cancelled
}

function commonRequest(
  input: DeployInput,
  { context, reporter }: { context: CliContext; reporter: Reporter },
): Omit<DeployRequest, 'hosts' | 'want' | 'credentials'> {
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

function makeReporter({ options, values }: DeployInput, context: CliContext): Reporter {
  const { env, stdout, stderr, clock } = context
  const isTTY = stderr.isTTY === true
  const chosen = chooseReporter({ json: options.json, plain: options.plain, isTTY, env })
  return createReporter({
    name: options.dryRun && chosen !== 'json' ? 'quiet' : chosen,
    stdout,
    stderr,
    env: options.color ? env : { ...env, NO_COLOR: '1', FORCE_COLOR: undefined },
    clock,
    redact: createRedactor(values.secrets),
  })
}

/** The plan is the result of a dry run, so it goes to standard output; as JSON it is the event. */
function showPlan(
  plan: Plan,
  { reporter, input, context }: { reporter: Reporter; input: DeployInput; context: CliContext },
): void {
  if (input.options.json) {
    reporter.report({ type: 'plan.made', at: context.clock.now(), plan })
    return
  }
  const { print, look } = createCommandOutput(input, context)
  print(renderPlan(plan, look))
}
