import { applyEdits } from '../../src/check/apply-edits.ts'
import { checkRepository, suppressionRule } from '../../src/check/check-repository.ts'
import type { Rule } from '../../src/check/rule.ts'
import { rules } from '../../src/check/rules.ts'
import { renderRows } from './render-configuration.ts'

/** docs/checks.md: every rule with its reason, its remedy and its examples, and what is found in the bad one. */
export function renderChecks(): string {
  const sorted = [...rules].sort((a, b) => a.code.localeCompare(b.code))
  return [
    '# What `dray check` looks for',
    '',
    '`dray check` reads workflows, compose files, `.env.example`, dray.yml, Dockerfiles, nginx configuration and shell scripts as one chain. It needs no network and no server, and never reads a `.env`. Errors give exit code 1; warnings and notes do not.',
    '',
    'Which compose files go to a server: those that the environments of dray.yml use. Without a dray.yml, all but those for development, tests and examples, by their names and directories. Beside a file for production, such as `docker-compose.prod.yml`, a default one that builds, or mounts the code, is for development.',
    '',
    'A finding that is meant to be so is left out by a comment with a reason, on its line or alone on the line above:',
    '',
    '```yaml',
    '# dray-ignore NOT_ROLLABLE the camera can be opened by one process only',
    'container_name: recorder',
    '```',
    '',
    'In GitHub Actions findings are annotations of the lines that they are about. For code scanning: `dray check --format sarif > dray.sarif`, then `github/codeql-action/upload-sarif`.',
    '',
    ...renderRows(
      ['code', 'severity', 'what is wrong', '`--fix`'],
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
    `To mend it: ${suppressionRule.fix}`,
    '',
  ].join('\n')
}

function renderRule(rule: Rule): string[] {
  return [
    `## ${rule.code}`,
    '',
    `**${rule.title}** ${rule.why}`,
    '',
    `To mend it: ${rule.fix}`,
    '',
    isFixable(rule) ? 'Bad; `--fix` makes the good one of it:' : 'Bad:',
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

/** What the good example has other than the bad one; a file that is gone is one that is no longer tracked. */
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
