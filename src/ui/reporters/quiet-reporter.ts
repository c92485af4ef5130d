import { createTerminalStyle } from '../terminal/terminal-style.ts'
import { renderFailure } from '../render/deploy/render-failure.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { warningText } from '../render/text/warning-text.ts'

/** Prints only warnings and the failure. */
export function createQuietReporter({ stderr, env }: ReporterOptions): Reporter {
  const isTTY = stderr.isTTY ?? false
  const style = createTerminalStyle({ env, isTTY, columns: isTTY ? stderr.columns : undefined })
  return {
    report: (event) => {
      if (event.type === 'note' && event.level === 'warning') stderr.write(`${warningText(event)}\n`)
      if (event.type === 'plan.made') {
        for (const text of event.plan.warnings) stderr.write(`${warningText({ text })}\n`)
      }
      if (event.type === 'failed') stderr.write(renderFailure(event.failure, style))
    },
    close: () => {},
  }
}
