import type { Failure } from '../../deploy/model/events.ts'
import { nameEnvironment } from '../../shared/name-environment.ts'
import { createRedactor } from '../../shared/secrets/redact.ts'
import { chooseReporter, createReporter } from '../../ui/reporters/create-reporter.ts'
import { applyNoColor } from './apply-no-color.ts'
import type { CliContext } from './context.ts'
import type { GlobalOptions } from './global-options.ts'

/** Prints a failure outside a deploy, in the format given by the options. */
export function reportFailure(failure: Failure, options: GlobalOptions, context: CliContext): void {
  const { env, stdout, stderr, clock, secrets, environments = new Set<string>() } = context
  const chosen = chooseReporter({
    json: options.json,
    plain: options.plain,
    isTTY: stderr.isTTY === true,
    env,
  })
  const reporter = createReporter({
    // There is no live display to draw.
    name: chosen === 'live' ? 'quiet' : chosen,
    stdout,
    stderr,
    env: applyNoColor(options, env),
    clock,
    redact: createRedactor(secrets),
  })
  const environment = environments.size === 1 ? [...environments][0] : undefined
  const named = { ...failure, hint: nameEnvironment(failure.hint, environment) }
  reporter.report({ type: 'failed', at: clock.now(), failure: named })
  reporter.close()
}
