import { applyEdits } from '../../src/check/apply-edits.ts'
import { checkRepository, suppressionRule } from '../../src/check/check-repository.ts'
import type { Rule } from '../../src/check/rule.ts'
import { rules } from '../../src/check/rules.ts'
import { renderRows } from './render-configuration.ts'

/** docs/checks.md: every rule with its reason, its hint and its examples, and the findings of the bad one. */
export function renderChecks(): string {
  const sorted = [...rules].sort((a, b) => a.code.localeCompare(b.code))
  return [
    '# Checks of `dray check`',
    '',
    '`dray check` reads workflows, compose files, `.env.example`, dray.yml, Dockerfiles, nginx configuration and shell scripts together. It needs no network and no server, and never reads a `.env`. Errors give exit code 1; warnings and notes do not.',
    '',
    'It checks the compose files that the environments of dray.yml use. Without a dray.yml, it checks all except those for development, tests and examples, by their names and directories. Beside a file for production, such as `docker-compose.prod.yml`, a default file that builds or mounts the code counts as one for development. Of a warning or note that repeats, the terminal shows three, and the lines of the others.',
    '',
    'To ignore a finding, add a comment with a reason, on its line or alone on the line above:',
    '',
    '```yaml',
    '# dray-ignore NOT_ROLLABLE only one process can open the camera',
    'container_name: recorder',
    '```',
    '',
    'In GitHub Actions, findings are annotations on their lines. For code scanning: `dray check --format sarif > dray.sarif`, then `github/codeql-action/upload-sarif`.',
    '',
    ...renderRows(
      ['code', 'severity', 'problem', '`--fix`'],
      sorted.map((rule) => [
        `[${rule.code}](#${rule.code.toLowerCase()})`,
        rule.severity,
        rule.title,
        isFixable(rule) ? 'yes' : '',
      ]),
    ),
    '',
    ...sorted.flatMap(renderRule),
    `## ${suppressionRule.code}`,
    '',
    `**${suppressionRule.title}** ${suppressionRule.why}`,
    '',
    `Hint: ${suppressionRule.hint}`,
    '',
  ].join('\n')
}

function renderRule(rule: Rule): string[] {
  return [
    `## ${rule.code}`,
    '',
    `**${rule.title}** ${rule.why}`,
    '',
    `Hint: ${rule.hint}`,
    '',
    isFixable(rule) ? 'Bad; `--fix` turns it into the good one:' : 'Bad:',
    '',
    ...renderFiles(rule.bad),
    '```text',
    ...findingsOf(rule).map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`),
    '```',
    '',
    'Good:',
    '',
    ...renderFiles(changedFiles(rule)),
  ]
}

function findingsOf(rule: Rule): ReturnType<typeof checkRepository> {
  return checkRepository({ files: rule.bad, tracked: new Set(Object.keys(rule.bad)) }, [rule])
}

function isFixable(rule: Rule): boolean {
  return applyEdits(findingsOf(rule).flatMap(({ edits }) => edits)).size > 0
}

/** The files of the good example that differ from the bad one. A missing file is no longer tracked. */
function changedFiles({ bad, good }: Rule): Record<string, string> {
  return Object.fromEntries(Object.entries(good).filter(([path, text]) => bad[path] !== text))
}

function renderFiles(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).flatMap(([path, text]) => [
    `\`${path}\`${text === '' ? ' (tracked by git)' : ''}`,
    '',
    ...(text === '' ? [] : ['```text', text.trimEnd(), '```', '']),
  ])
}
