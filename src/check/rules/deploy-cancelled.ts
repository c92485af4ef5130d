import { lines } from '../lines.ts'
import { isDeployJob } from '../model/deploys.ts'
import { entryOf, nodeAt, scalarText } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const deployCancelled: Rule = {
  code: 'DEPLOY_CANCELLED',
  severity: 'error',
  title: 'The next push cancels a running deploy.',
  why: 'GitHub kills the job while containers are being replaced or a migration runs. The server is left between the old release and the new one.',
  hint: 'Set `cancel-in-progress: false` for the job that deploys. Builds and tests may be cancelled.',
  bad: workflowWith('true'),
  good: workflowWith('false'),
  *check({ workflows }) {
    for (const { root, jobs } of workflows) {
      for (const job of jobs.filter(isDeployJob)) {
        for (const node of [root, job.node]) {
          const entry = entryOf(nodeAt(node, 'concurrency'), 'cancel-in-progress')
          if (entry === undefined || scalarText(entry.value) !== 'true') continue
          const { file, start, end } = entry.value
          yield {
            at: entry.key,
            message: `A newer run cancels the job \`${job.id}\` while it deploys.`,
            edits: [{ file, start, end, text: 'false' }],
          }
        }
      }
    }
  },
}

function workflowWith(cancel: string): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'concurrency:',
      '  group: deploy-test',
      `  cancel-in-progress: ${cancel}`,
      'jobs:',
      '  deploy:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - run: ssh deploy@test.example.com ./deploy.sh',
    ),
  }
}
