import { catalogue } from '../../src/errors/catalogue.ts'
import { listExitCodes } from '../../src/errors/exit-code.ts'
import { renderRows } from './render-configuration.ts'

/** docs/errors.md: exit codes, and every error code with its meaning and what to do. */
export function renderErrors(): string {
  return [
    '# Errors',
    '',
    'Every failure has a code that never changes its meaning, and an exit code. A failure may know a better exit code or hint than the one given here; then it says so.',
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
  return renderRows(['exit code', 'what it says'], rows)
}
