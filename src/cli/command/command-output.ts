import { createRedactor, type Redactor } from '../../shared/redact.ts'
import { stripAllButColors, stripControl } from '../../shared/strip-control.ts'
import { cleanValue } from '../../ui/reporters/clean-event.ts'
import { renderJsonLine } from '../../ui/reporters/json-reporter.ts'
import { createTerminalStyle, type TerminalStyle } from '../../ui/terminal/terminal-style.ts'
import { applyNoColor } from './apply-no-color.ts'
import type { CliContext } from './context.ts'
import type { GlobalOptions } from './global-options.ts'
import type { EnvironmentInput } from './load-environment.ts'

/** Where a command that is no deploy puts what it found. In all of it secrets are masked, and nothing steers the terminal. */
export type CommandOutput = {
  /** For standard output. */
  style: TerminalStyle
  /** A result for people, on standard output; ends with a line break. */
  print: (text: string) => void
  /** A result for programs: one line on standard output, as docs/json-output.md describes them. */
  json: (type: string, fields: Readonly<Record<string, unknown>>) => void
  /** Narration, on standard error; nothing with `--json`. */
  note: (text: string) => void
  /** Masks secrets and takes control characters out of text that came from a host or a container. */
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
    // Values one by one: in the line as a whole, what looks like a password may begin in one and end in another.
    json: (type, fields) =>
      void stdout.write(renderJsonLine({ type, at: clock.now(), ...cleanValue(fields, clean) })),
    note: (text) => {
      if (!options.json) stderr.write(safe(`${text}\n`))
    },
    clean,
  }
}
