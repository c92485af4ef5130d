import type { DeployEvent } from '../../src/deploy/model/events.ts'
import type { Secret } from '../../src/shared/secrets/secret.ts'
import { createRedactor } from '../../src/shared/secrets/redact.ts'
import { createReporter, type ReporterName } from '../../src/ui/reporters/create-reporter.ts'
import { TerminalClock } from './terminal-clock.ts'
import { START } from './terminal-events.ts'

/** What a reporter writes to streams that are no terminal, after all events and `close()`. */
export function outputOf(
  name: ReporterName,
  events: Iterable<DeployEvent>,
  options: { env?: Record<string, string>; secrets?: readonly Secret[] } = {},
): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' }
  const reporter = createReporter({
    name,
    stdout: { write: (text) => (output.stdout += text) },
    stderr: { write: (text) => (output.stderr += text) },
    env: { LANG: 'C.UTF-8', ...options.env },
    clock: new TerminalClock(START),
    redact: createRedactor(options.secrets ?? []),
  })
  for (const event of events) reporter.report(event)
  reporter.close()
  return output
}
