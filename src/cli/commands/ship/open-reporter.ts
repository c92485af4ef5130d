import type { DeployEvent, Failure, ReleaseKind } from '../../../deploy/model/events.ts'
import type { Plan } from '../../../deploy/model/plan.ts'
import { nameEnvironment } from '../../../shared/name-environment.ts'
import { createRedactor } from '../../../shared/secrets/redact.ts'
import { cleanEvent } from '../../../ui/reporters/clean-event.ts'
import { chooseReporter, createReporter } from '../../../ui/reporters/create-reporter.ts'
import { renderPlan } from '../../../ui/render/deploy/render-plan.ts'
import type { DeployFinished } from '../../../ui/render/deploy/render-summary.ts'
import type { Reporter } from '../../../ui/reporters/reporter.ts'
import {
  addToDeployState,
  createDeployState,
  type DeployState,
} from '../../../ui/render/deploy/deploy-state.ts'
import { applyNoColor } from '../../command/apply-no-color.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import type { CliContext } from '../../command/context.ts'
import type { DeployInput } from './load-deploy.ts'
import { reportOutputs } from './report-outputs.ts'

/** Reports the events of a deploy or rollback, and collects its state. */
export type ReleaseReporter = Reporter & {
  startedAtMs: number
  /** The state from the events so far, with secrets masked. */
  deployState: DeployState
  note: (text: string, level?: 'info' | 'warning') => void
  started: () => void
  /** The plan of a dry run. */
  planned: (plan: Plan) => void
  finished: (plan: Plan, end: Pick<DeployFinished, 'outcome' | 'serving' | 'durationMs'>) => void
  failed: (failure: Failure) => void
}

export function openReporter(
  input: DeployInput,
  { kind }: { kind: ReleaseKind },
  context: CliContext,
): ReleaseReporter {
  const { clock } = context
  const redact = createRedactor(input.values.secrets)
  const reporter = makeReporter(input, context)
  const deployState = createDeployState()
  const report: Reporter['report'] = (given) => {
    const event = nameInHints(given, input.config.environment.name)
    addToDeployState(deployState, cleanEvent(event, redact))
    reporter.report(event)
  }
  const { app, environment } = input.config
  const { name, hosts, url } = environment
  const { tag } = input.values
  return {
    startedAtMs: clock.now(),
    deployState,
    report,
    close: () => reporter.close(),
    note: (text, level = 'info') => report({ type: 'note', at: clock.now(), level, text }),
    started: () =>
      report({ type: 'deploy.started', at: clock.now(), kind, app, environment: name, hosts, tag }),
    planned: (plan) => showPlan(plan, { reporter, input, context }),
    finished: (plan, end) => {
      const { release, images, restores, notUndone } = plan
      reportOutputs({ outcome: end.outcome, release: end.serving, tag: restores?.tag ?? tag, url }, context)
      report({
        type: 'deploy.finished',
        at: clock.now(),
        kind,
        app: plan.app,
        environment: plan.environment,
        release,
        ...(restores && { restores }),
        ...(notUndone && { notUndone }),
        images,
        ...end,
      })
    },
    failed: (failure) => report({ type: 'failed', at: clock.now(), failure }),
  }
}

function nameInHints(event: DeployEvent, environment: string): DeployEvent {
  if (event.type === 'failed') {
    return { ...event, failure: { ...event.failure, hint: nameEnvironment(event.failure.hint, environment) } }
  }
  if (event.type !== 'note' || event.hint === undefined) return event
  return { ...event, hint: nameEnvironment(event.hint, environment) }
}

function makeReporter({ options, values }: DeployInput, context: CliContext): Reporter {
  const { env, stdout, stderr, clock } = context
  const isTTY = stderr.isTTY === true
  const chosen = chooseReporter({ json: options.json, plain: options.plain, isTTY, env })
  return createReporter({
    name: options.dryRun && chosen !== 'json' ? 'quiet' : chosen,
    stdout,
    stderr,
    env: applyNoColor(options, env),
    clock,
    redact: createRedactor(values.secrets),
  })
}

/** Prints the plan to standard output: it is the result of a dry run. As JSON it is the event. */
function showPlan(
  plan: Plan,
  { reporter, input, context }: { reporter: Reporter; input: DeployInput; context: CliContext },
): void {
  if (input.options.json) {
    reporter.report({ type: 'plan.made', at: context.clock.now(), plan })
    return
  }
  const { print, style } = createCommandOutput(input, context)
  print(renderPlan(plan, style))
}
