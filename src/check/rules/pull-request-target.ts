import { lines } from '../lines.ts'
import { inputOf } from '../model/workflow.ts'
import type { Rule } from '../rule.ts'

export const pullRequestTarget: Rule = {
  code: 'PULL_REQUEST_TARGET',
  severity: 'error',
  title: 'A workflow runs the code of forks with the secrets of the repository.',
  why: '`pull_request_target` gives secrets and a token with write access to pull requests from forks too. If the job checks out and builds the code of the pull request, its author can run any command.',
  hint: 'Use `pull_request`, which has no secrets for forks, or do not check out the code of the pull request.',
  bad: workflowWith('pull_request_target'),
  good: workflowWith('pull_request'),
  *check({ workflows }) {
    for (const { triggers, jobs } of workflows) {
      if (!triggers.has('pull_request_target')) continue
      for (const step of jobs.flatMap(({ steps }) => steps)) {
        const ref = inputOf(step, 'ref')
        if (step.action === 'actions/checkout' && ref !== undefined && /head|merge|pull\//.test(ref.text))
          yield { at: ref, message: 'The code of the pull request runs with the secrets of the repository.' }
      }
    }
  },
}

function workflowWith(event: string): Record<string, string> {
  return {
    '.github/workflows/preview.yml': lines(
      `on: ${event}`,
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - uses: actions/checkout@v7',
      '        with:',
      '          ref: ${{ github.event.pull_request.head.sha }}',
      '      - run: npm ci',
    ),
  }
}
