import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'
import { childOf } from '../parse/yaml-tree.ts'

export const actionUnpinned: Rule = {
  code: 'ACTION_UNPINNED',
  severity: 'warning',
  title: 'An action is pinned to a tag or a branch, which its owner can move.',
  why: "An attacker who takes over the owner's account runs code in your job, with your secrets. This has happened to actions that thousands of repositories use.",
  hint: 'Pin the commit, with the version beside it: `uses: docker/login-action@dbcb813823bdd20940b903addbd779551569679f # v4.6.0`. Dependabot keeps it up to date.',
  bad: workflowWith('docker/login-action@v4'),
  good: workflowWith('docker/login-action@dbcb813823bdd20940b903addbd779551569679f # v4.6.0'),
  *check({ workflows }) {
    const told = new Set<string>()
    for (const job of workflows.flatMap(({ jobs }) => jobs)) {
      const called = childOf(job.node, 'uses')
      const uses = [...job.steps.map((step) => step.uses), called?.kind === 'scalar' ? called : undefined]
      for (const at of uses) {
        if (at === undefined || /^(\.|\$\/|docker:\/\/)/.test(at.text) || /@[0-9a-f]{40}$/.test(at.text))
          continue
        const key = `${at.file.path} ${at.text}`
        const [name = '', ref = ''] = at.text.split('@')
        const isBranch = !/^v?\d/.test(ref)
        // Tags of GitHub's own actions are exempt: GitHub runs the job's machine as well. Each action is reported once per file.
        if ((/^(actions|github)\//.test(at.text) && !isBranch) || told.has(key)) continue
        told.add(key)
        const what = isBranch ? `the branch or tag \`${ref}\`` : `the tag \`${ref}\``
        yield {
          at,
          message:
            ref === ''
              ? `\`${name}\` has no version.`
              : `\`${name}\` is pinned to ${what}, which can be moved.`,
        }
      }
    }
  },
}

function workflowWith(action: string): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      `      - uses: ${action}`,
    ),
  }
}
