import { lines } from '../lines.ts'
import { isCommand } from '../parse/shell-command.ts'
import { childOf, scalarsOf } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const loginMissing: Rule = {
  code: 'LOGIN_MISSING',
  severity: 'error',
  title: 'A job pushes an image without logging in.',
  why: 'The push fails with `unauthorized` or `denied`. Each job runs on its own machine: the login of another job does not count.',
  hint: 'Add docker/login-action before the push; for GHCR with `registry: ghcr.io`, `username: ${{ github.actor }}` and `password: ${{ secrets.GITHUB_TOKEN }}`.',
  bad: workflowWith(),
  good: workflowWith(
    '      - uses: docker/login-action@v4',
    '        with:',
    '          registry: ghcr.io',
    '          username: ${{ github.actor }}',
    '          password: ${{ secrets.GITHUB_TOKEN }}',
  ),
  *check({ pushes }) {
    for (const { job, at, images, step } of pushes) {
      const before = job.steps.slice(0, job.steps.indexOf(step) + 1)
      // A third-party or local action may log in.
      const known = /^(docker|actions)\/(?!login)/
      const mayLogIn = before.some(
        (it) =>
          it.commands.some((command) => isCommand(command, 'docker', 'login')) ||
          (it.action !== undefined && !known.test(it.action)),
      )
      const isCalledScript = before.some((it) =>
        it.commands.some(({ words }) => /\.sh$|^make$|^npm$|^just$/.test(words[0]?.text ?? '')),
      )
      // Of a registry in a variable, a local one and a runner of one's own, the files do not tell.
      const registry = images
        .map(({ image }) => image.registry)
        .find((it) => !/[*$]|^localhost|^127\./.test(it))
      const isOwnRunner = scalarsOf(childOf(job.node, 'runs-on')).some(({ text }) => text === 'self-hosted')
      if (!mayLogIn && !isCalledScript && registry !== undefined && !isOwnRunner)
        yield { at, message: `The job \`${job.id}\` pushes to ${registry}, but no earlier step logs in.` }
    }
  },
}

function workflowWith(...login: readonly string[]): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    permissions: { contents: read, packages: write }',
      '    steps:',
      '      - uses: actions/checkout@v7',
      ...login,
      '      - uses: docker/build-push-action@v7',
      '        with:',
      '          push: true',
      '          tags: ghcr.io/acme/shop:v1',
    ),
  }
}
