import { lines } from '../lines.ts'
import { childOf, scalarText } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const secretsHandedOver: Rule = {
  code: 'SECRETS_HANDED_OVER',
  severity: 'error',
  title: 'A workflow passes on all secrets.',
  why: 'Code that can read the value has every secret of the repository, including future ones. GitHub does not mask secrets inside JSON.',
  hint: 'Pass only the secrets that are needed, by name.',
  bad: workflowWith('${{ toJSON(secrets) }}'),
  good: workflowWith('${{ secrets.DATABASE_URL }}'),
  *check({ workflows }) {
    for (const { file, jobs } of workflows) {
      for (const match of file.text.matchAll(/toJSON\(\s*secrets\s*\)/gi)) {
        const at = { file, start: match.index, end: match.index + match[0].length }
        const before = file.text.slice(file.text.lastIndexOf('\n', match.index) + 1, match.index)
        if (!/^\s*#/.test(before)) yield { at, message: 'Every secret of the repository is passed on here.' }
      }
      for (const job of jobs) {
        const secrets = childOf(job.node, 'secrets')
        const called = scalarText(childOf(job.node, 'uses')) ?? ''
        // A workflow of the same repository could read them anyway.
        if (secrets !== undefined && scalarText(secrets) === 'inherit' && !/^(\.|\$)\//.test(called))
          yield { at: secrets, message: `\`${called}\` gets every secret of the repository.` }
      }
    }
  },
}

function workflowWith(value: string): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  deploy:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - run: ./deploy.sh',
      '        env:',
      `          SECRETS: ${value}`,
    ),
  }
}
