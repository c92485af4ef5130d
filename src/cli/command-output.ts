import { createRedactor, type Redactor } from '../shared/redact.ts'
import { stripControl } from '../shared/strip-control.ts'
import { renderJsonLine } from '../ui/json-reporter.ts'
import { createLook, type Look } from '../ui/look.ts'
import type { CliContext } from './context.ts'
import type { GlobalOptions } from './global-options.ts'
import type { EnvironmentInput } from './load-environment.ts'

/** Where a command that is no deploy puts what it found. Secrets are masked in all of it. */
export type CommandOutput = {
  /** For standard output. */
  look: Look
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
  const isTTY = stdout.isTTY === true && !options.plain
  return {
    look: createLook({
      env: options.color ? env : { ...env, NO_COLOR: '1', FORCE_COLOR: undefined },
      isTTY,
      columns: isTTY ? stdout.columns : undefined,
    }),
    print: (text) => void stdout.write(redact(text.endsWith('\n') ? text : `${text}\n`)),
    json: (type, fields) => void stdout.write(redact(renderJsonLine({ type, at: clock.now(), ...fields }))),
    note: (text) => {
      if (!options.json) stderr.write(redact(`${text}\n`))
    },
    clean: (text) => redact(stripControl(text)),
  }
}
