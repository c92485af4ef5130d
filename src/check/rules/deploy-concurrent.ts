import { lines } from '../lines.ts'
import { isDeployJob } from '../model/deploys.ts'
import { childOf } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const deployConcurrent: Rule = {
  code: 'DEPLOY_CONCURRENT',
  severity: 'warning',
  title: 'Two deploys may run at once.',
  why: 'Two pushes within a minute start two jobs on one server. The older one may end last, and its release is what stays.',
  fix: 'Give the job that deploys `concurrency: { group: deploy-test, cancel-in-progress: false }`, one group for each environment.',
  bad: workflowWith(),
  good: workflowWith('    concurrency: { group: deploy-test, cancel-in-progress: false }'),
  *check({ workflows }) {
    for (const { root, jobs } of workflows) {
      for (const job of jobs.filter(isDeployJob))
        if (childOf(root, 'concurrency') === undefined && childOf(job.node, 'concurrency') === undefined)
          yield {
            at: job.key,
            message: `The job \`${job.id}\` deploys, and two runs of it may do so at once.`,
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
