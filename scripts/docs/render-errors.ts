import { catalogue } from '../../src/errors/catalogue.ts'
import { listExitCodes } from '../../src/errors/exit-code.ts'
import { renderRows } from './render-configuration.ts'

/** docs/errors.md: exit codes, and every error code with its meaning and its hint. */
export function renderErrors(): string {
  return [
    '# Errors',
    '',
    'Every failure has a permanent code and an exit code. A failure can print a more specific hint, or have another exit code, than the one given here.',
    '',
    '## Exit codes',
    '',
    ...renderExitCodes(),
    '',
    ...Object.entries(catalogue).flatMap(([code, { title, hint, exitCode }]) => [
      `## ${code}`,
      '',
      `${title} Exit code ${exitCode}.`,
      '',
      hint,
      '',
    ]),
  ].join('\n')
}

/** The exit codes as a Markdown table. */
export function renderExitCodes(): string[] {
  const rows = listExitCodes().map(({ code, meaning }) => [String(code), meaning])
  return renderRows(['exit code', 'meaning'], rows)
}
