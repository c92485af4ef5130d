import { catalogue } from '../../src/errors/catalogue.ts'
import { EXIT } from '../../src/errors/exit-code.ts'
import { renderRows } from './render-configuration.ts'

const meanings = {
  done: 'Done: what runs is what was asked for.',
  failedOldServing:
    'The deploy failed, and was undone; the old release is serving. Of `dray check`: there are errors.',
  usage: 'Usage or configuration; nothing was touched.',
  precondition: 'Something that the deploy needs is missing; nothing was touched.',
  needsPerson: 'Failed, and a person is needed.',
  cancelled: 'Cancelled.',
} satisfies Record<keyof typeof EXIT, string>

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
  const rows = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [
    String(EXIT[name]),
    meanings[name],
  ])
  return renderRows(['exit code', 'what it says'], rows)
}
