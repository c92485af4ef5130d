import { lines } from '../lines.ts'
import { inputOf } from '../model/workflow.ts'
import { childOf, scalarText } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const pushOfPullRequest: Rule = {
  code: 'PUSH_OF_PULL_REQUEST',
  severity: 'warning',
  title: 'A pull request pushes images to the registry.',
  why: 'From a fork, the push is refused, and the check of every outside contribution fails. From a branch, unreviewed code becomes `:latest`.',
  hint: "Do not push for pull requests: `push: ${{ github.event_name != 'pull_request' }}`, or `if:` on the job.",
  bad: workflowWith('true'),
  good: workflowWith("${{ github.event_name != 'pull_request' }}"),
  *check({ pushes }) {
    for (const { job, step, images } of pushes) {
      const push = inputOf(step, 'push')
      const guards = [childOf(job.node, 'if'), childOf(step.node, 'if'), childOf(job.node, 'needs')].map(
        scalarText,
      )
      const isGuarded =
        guards.some((text) => text !== undefined && text !== '') || push === undefined || push.text !== 'true'
      // A separate tag for each pull request is a preview.
      const isPreview = images.some(({ text }) => /pr-|pull_request|event\.number/.test(text))
      if (job.workflow.triggers.has('pull_request') && !isGuarded && !isPreview && images.length > 0)
        yield { at: push, message: `The job \`${job.id}\` pushes images for pull requests too.` }
    }
  },
}

function workflowWith(push: string): Record<string, string> {
  return {
    '.github/workflows/build.yml': lines(
      'on: [push, pull_request]',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - uses: docker/build-push-action@v7',
      '        with:',
      `          push: ${push}`,
      '          tags: ghcr.io/acme/shop:latest',
    ),
  }
}
