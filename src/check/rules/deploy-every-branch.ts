import { lines } from '../lines.ts'
import { isDeployJob } from '../model/deploys.ts'
import type { Job, Workflow } from '../model/workflow.ts'
import { childOf, entriesOf, nodeAt, scalarsOf, scalarText } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const deployEveryBranch: Rule = {
  code: 'DEPLOY_EVERY_BRANCH',
  severity: 'error',
  title: 'A push to any branch deploys.',
  why: 'Unreviewed code of a branch replaces what is on the server, and the next push to another branch replaces that.',
  hint: 'Name the branches that deploy: `on: { push: { branches: [main] } }`, or give the job an `if` with `github.ref`.',
  bad: workflowWith('on: push'),
  good: workflowWith('on: { push: { branches: [main] } }'),
  *check({ workflows }) {
    for (const workflow of workflows.filter(isForEveryBranch))
      for (const job of workflow.jobs)
        if (isDeployJob(job) && !isLimited(job, workflow))
          yield {
            at: job.key,
            message: `The job \`${job.id}\` deploys at a push to any branch.`,
            // An environment may name the branches that can deploy to it.
            ...(childOf(job.node, 'environment') === undefined ? {} : { severity: 'warning' }),
          }
  },
}

function isForEveryBranch({ root, triggers }: Workflow): boolean {
  const push = nodeAt(root, 'on', 'push')
  const names = scalarsOf(childOf(push, 'branches')).map(({ text }) => text)
  const isOpen =
    names.length > 0
      ? names.some((name) => /^\*\*?$/.test(name)) && !names.some((name) => name.startsWith('!'))
      : entriesOf(push).every(([key]) => key.startsWith('paths'))
  return triggers.has('push') && isOpen
}

/** Whether a condition of the job, of the jobs before it or of its steps names what is pushed, or an input says what to do. */
function isLimited(job: Job, { jobs }: Workflow): boolean {
  const needed = scalarsOf(childOf(job.node, 'needs')).map(({ text }) => text)
  const before = jobs.filter(({ id }) => needed.includes(id))
  const conditions = [job, ...before]
    .flatMap(({ node, steps }) => [node, ...steps.map((step) => step.node)])
    .map((node) => scalarText(childOf(node, 'if')) ?? '')
  const shell = job.steps.map(({ run }) => run?.text ?? '')
  return (
    conditions.some((text) => /ref|branch|event|needs|inputs|outputs/.test(text)) ||
    shell.some((text) => /GITHUB_REF|github\.ref|github\.head_ref/.test(text))
  )
}

function workflowWith(on: string): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      on,
      'jobs:',
      '  deploy:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - run: ssh deploy@test.example.com ./deploy.sh',
    ),
  }
}
