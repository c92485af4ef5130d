import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'

export const hostKeyUnchecked: Rule = {
  code: 'HOST_KEY_UNCHECKED',
  severity: 'warning',
  title: 'A deploy does not verify the host key of the server.',
  why: 'With host key checking off, or with a key that `ssh-keyscan` has just fetched, any machine that answers at that address gets the files and the token.',
  hint: 'Store the line of `known_hosts` in a secret or variable of the repository, write it to `~/.ssh/known_hosts`, and use `StrictHostKeyChecking=yes`.',
  bad: workflowWith('ssh -o StrictHostKeyChecking=no deploy@shop.example.com ./deploy.sh'),
  good: workflowWith('ssh deploy@shop.example.com ./deploy.sh'),
  *check({ commands }) {
    for (const command of commands) {
      const at = command.words.find(({ text }) =>
        /StrictHostKeyChecking[= ](?:no|off)\b|UserKnownHostsFile[= ]\/dev\/null/i.test(text),
      )
      if (at !== undefined) yield { at, message: 'The host key of the server is not checked.' }
      else if (
        command.program === 'ssh-keyscan' &&
        command.redirects.some(({ text }) => text.includes('known_hosts'))
      )
        yield { at: command, message: '`ssh-keyscan` accepts the host key of any machine that answers.' }
    }
  },
}

function workflowWith(command: string): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  deploy:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      `      - run: ${command}`,
    ),
  }
}
