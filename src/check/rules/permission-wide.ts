import { lines } from '../lines.ts'
import { childOf, entryOf, scalarText, type YamlEntry } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const permissionWide: Rule = {
  code: 'PERMISSION_WIDE',
  severity: 'warning',
  title: 'A job has more permissions than it needs.',
  why: 'Every action and every dependency that runs in the job has the token, and can change packages, code and releases with it.',
  hint: 'Start with `permissions: { contents: read }` and give `packages: write` only to the job that pushes.',
  bad: workflowWith('permissions: write-all', '    permissions: { contents: read, packages: write }'),
  good: workflowWith(
    'permissions: { contents: read }',
    '    permissions: { contents: read, packages: write }',
  ),
  *check({ workflows, pushes }) {
    for (const workflow of workflows) {
      const places: [YamlEntry | undefined, string][] = [
        [entryOf(workflow.root, 'permissions'), 'The workflow'],
        ...workflow.jobs.map((job): [YamlEntry | undefined, string] => [
          entryOf(job.node, 'permissions'),
          `The job \`${job.id}\``,
        ]),
      ]
      for (const [entry, who] of places)
        if (scalarText(entry?.value) === 'write-all')
          yield {
            at: entry?.value ?? workflow.root,
            message: `${who} has write access to everything in the repository.`,
          }

      const forAll = entryOf(childOf(workflow.root, 'permissions'), 'packages')
      const idle = workflow.jobs.filter(
        (job) =>
          childOf(job.node, 'permissions') === undefined &&
          job.steps.length > 0 &&
          !pushes.some((push) => push.job === job) &&
          // It may use images in a way that is not recognised here.
          !/docker|ghcr\.io|packages/.test(job.node.file.text.slice(job.node.start, job.node.end)),
      )
      const pushing = pushes.filter(({ job }) => job.workflow === workflow)
      if (
        forAll !== undefined &&
        scalarText(forAll.value) === 'write' &&
        idle.length > 0 &&
        pushing.length > 0
      ) {
        const names = idle.map(({ id }) => `\`${id}\``).join(', ')
        yield {
          at: forAll.key,
          message: `Every job can write packages, including ${names}, which ${idle.length === 1 ? 'pushes' : 'push'} nothing.`,
        }
      }
    }
  },
}

function workflowWith(forAll: string, forBuild: string): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      forAll,
      'jobs:',
      '  test:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - run: npm test',
      '  build:',
      '    runs-on: ubuntu-latest',
      forBuild,
      '    steps:',
      '      - run: docker push ghcr.io/acme/shop:v1',
    ),
  }
}
