import { isCI } from '../../shared/is-ci.ts'
import { cleanEvent } from './clean-event.ts'
import { condenseHosts } from './condense-hosts.ts'
import { createGithubReporter } from './github-reporter.ts'
import { createJsonReporter } from './json-reporter.ts'
import { createLiveReporter } from './live-reporter.ts'
import type { Environment } from '../terminal/terminal-style.ts'
import { createPlainReporter } from './plain-reporter.ts'
import { createQuietReporter } from './quiet-reporter.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'

export type ReporterName = 'live' | 'plain' | 'json' | 'github' | 'quiet'

const REPORTERS = {
  live: createLiveReporter,
  plain: createPlainReporter,
  json: createJsonReporter,
  github: createGithubReporter,
  quiet: createQuietReporter,
} satisfies Record<ReporterName, (options: ReporterOptions) => Reporter>

/** Creates the named reporter. It receives events whose texts are redacted and free of control characters. */
export function createReporter({ name, ...options }: ReporterOptions & { name: ReporterName }): Reporter {
  const reporter = REPORTERS[name](options)
  const report = name === 'json' ? reporter.report : condenseHosts(reporter.report)
  return {
    report: (event) => report(cleanEvent(event, options.redact)),
    close: () => reporter.close(),
  }
}

/**
 * Chooses the reporter: by option; otherwise GitHub's in Actions, plain lines in CI or without a terminal, and live on a
 * terminal. `isTTY` is that of standard error, which gets the progress.
 */
export function chooseReporter(choice: {
  json?: boolean
  plain?: boolean
  quiet?: boolean
  isTTY: boolean
  env: Environment
}): ReporterName {
  if (choice.json) return 'json'
  if (choice.quiet) return 'quiet'
  if (choice.plain) return 'plain'
  if (choice.env['GITHUB_ACTIONS'] === 'true') return 'github'
  return isCI(choice.env) || !choice.isTTY || choice.env['TERM'] === 'dumb' ? 'plain' : 'live'
}
