import { createRedactor, type Redactor } from '../../shared/secrets/redact.ts'
import { stripAllButColors, stripControl } from '../../shared/strip-control.ts'
import { cleanValue } from '../../ui/reporters/clean-event.ts'
import { renderJsonLine } from '../../ui/reporters/json-reporter.ts'
import { wrapLines } from '../../ui/terminal/text-width.ts'
import { createTerminalStyle, type TerminalStyle } from '../../ui/terminal/terminal-style.ts'
import { applyNoColor } from './apply-no-color.ts'
import type { CliContext } from './context.ts'
import type { GlobalOptions } from './global-options.ts'
import type { JsonResult } from './json-line.ts'
import type { EnvironmentInput } from './load-environment.ts'

/** Output of a command that does not deploy. Secrets are masked and control characters removed. */
export type CommandOutput = {
  /** For standard output. */
  style: TerminalStyle
  /** Prints a result for people to standard output, with a line break at the end. */
  print: (text: string) => void
  /** Prints a result for programs to standard output, as one line: see docs/json-output.md. */
  json: (result: JsonResult) => void
  /** Prints a message to standard error; nothing with `--json`. */
  note: (text: string) => void
  /** Masks secrets and removes control characters in text from a host or a container. */
  clean: Redactor
}

/** The output of a command for an environment. */
export function createCommandOutput(
  { options, values }: { options: GlobalOptions; values: Pick<EnvironmentInput['values'], 'secrets'> },
  { env, stdout, stderr, clock }: CliContext,
): CommandOutput {
  const redact = createRedactor(values.secrets)
  const clean = (text: string): string => redact(stripControl(text))
  const safe = (text: string): string => redact(stripAllButColors(text))
  const isTTY = stdout.isTTY === true && !options.plain
  return {
    style: createTerminalStyle({
      env: applyNoColor(options, env),
      isTTY,
      columns: isTTY ? stdout.columns : undefined,
    }),
    print: (text) => void stdout.write(safe(text.endsWith('\n') ? text : `${text}\n`)),
    // Each value is cleaned separately: in the complete line, a match could span two values.
    json: (result) => void stdout.write(renderJsonLine({ at: clock.now(), ...cleanValue(result, clean) })),
    note: (text) => {
      const columns = stderr.isTTY === true && !options.plain ? stderr.columns : undefined
      if (!options.json) stderr.write(`${wrapLines(safe(text), columns)}\n`)
    },
    clean,
  }
}
