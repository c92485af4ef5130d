import { hostname } from 'node:os'
import { deploy, planDeploy, type DeployRequest } from '../deploy/deploy.ts'
import { defaultPatience } from '../deploy/execution.ts'
import type { Plan } from '../deploy/plan.ts'
import { DeployFailed, failureFrom, toDrayError } from '../deploy/failure.ts'
import { DrayError } from '../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../errors/exit-code.ts'
import { createRedactor } from '../shared/redact.ts'
import { chooseReporter, createReporter } from '../ui/create-reporter.ts'
import type { DeployFinished } from '../ui/render-summary.ts'
import { renderPlan } from '../ui/render-plan.ts'
import type { Reporter } from '../ui/reporter.ts'
import type { CliContext } from './context.ts'
import type { DeployInput } from './load-deploy.ts'
import { createCommandOutput } from './command-output.ts'
import { tellOutputs } from './step-outputs.ts'
import { connectTargets } from './connect-targets.ts'
import { addStack } from './to-failure.ts'
import { desiredRelease } from './desired-release.ts'

/** Carries out a deploy, or prints its plan with `dryRun`. Failures are told by the reporter; gives the exit code. */
export async function runDeploy(input: DeployInput, context: CliContext): Promise<ExitCode> {
  const reporter = makeReporter(input, context)
  const { clock } = context
  const startedAtMs = clock.now()
  const tellFinished = (plan: Plan, end: Pick<DeployFinished, 'outcome' | 'serving'>): void => {
    const { app, environment, release, images } = plan
    const durationMs = clock.now() - startedAtMs
    const { url } = input.config.environment
    tellOutputs({ outcome: end.outcome, release: end.serving, tag: input.values.tag, url }, context)
    reporter.report({
      type: 'deploy.finished',
      at: clock.now(),
      app,
      environment,
      release,
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
      reporter.report({
        type: 'deploy.started',
        at: startedAtMs,
        app,
        environment: name,
        hosts,
        tag: input.values.tag,
      })
    }
    const tell = (text: string): void => {
      reporter.report({ type: 'note', at: clock.now(), level: 'info', text })
    }
    tell(`Connecting to ${input.config.environment.hosts.join(', ')}`)
    await using targets = await connectTargets(input, context)
    tell('Asking the host and the registry what there is')
    const request = deployRequest(input, { context, reporter, targets })
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

type Parts = { context: CliContext; reporter: Reporter; targets: Awaited<ReturnType<typeof connectTargets>> }

function deployRequest(input: DeployInput, { context, reporter, targets }: Parts): DeployRequest {
  const { config, options } = input
  return {
    hosts: targets.hosts,
    source: targets.source,
    registry: targets.registry,
    credentials: targets.registry.credentials,
    desired: desiredRelease(input),
    deployer: deployerOf(input, context),
    patience: defaultPatience,
    servicePatience: config.services,
    probe: { everyMs: config.probe?.everyMs ?? 100, timeoutMs: config.probe?.timeoutMs ?? 5_000 },
    waitMs: options.waitMs,
    clock: context.clock,
    emit: reporter.report,
  }
}

function deployerOf({ values, repository }: DeployInput, { env }: CliContext): DeployRequest['deployer'] {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name, GITHUB_RUN_ID: runId } = env
  return {
    user: values.githubActor ?? repository.userName ?? env['USER'] ?? 'somebody',
    machine: hostname(),
    ...(runId === undefined ? {} : { run: `${server ?? ''}/${name ?? ''}/actions/runs/${runId}` }),
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

/** The plan is the result of `dray plan`, so it goes to standard output; as JSON it is the event. */
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
