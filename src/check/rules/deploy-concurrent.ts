import { lines } from '../lines.ts'
import { isDeployJob } from '../model/deploys.ts'
import { childOf } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const deployConcurrent: Rule = {
  code: 'DEPLOY_CONCURRENT',
  severity: 'warning',
  title: 'Two deploys can run at the same time.',
  why: 'Two pushes within a minute start two jobs for one server. If the older job ends last, its release stays.',
  hint: 'Set `concurrency: { group: deploy-test, cancel-in-progress: false }` for the job that deploys, with one group per environment.',
  bad: workflowWith(),
  good: workflowWith('    concurrency: { group: deploy-test, cancel-in-progress: false }'),
  *check({ workflows }) {
    for (const { root, jobs } of workflows) {
      for (const job of jobs.filter(isDeployJob))
        if (childOf(root, 'concurrency') === undefined && childOf(job.node, 'concurrency') === undefined)
          yield {
            at: job.key,
            message: `Two runs of the job \`${job.id}\` can deploy at the same time.`,
          }
    }
  },
}

function workflowWith(...concurrency: readonly string[]): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  deploy:',
      '    runs-on: ubuntu-latest',
      ...concurrency,
      '    steps:',
      '      - run: ssh deploy@test.example.com ./deploy.sh',
    ),
  }
}
