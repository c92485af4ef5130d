import { lines } from '../lines.ts'
import { isCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const loginMissing: Rule = {
  code: 'LOGIN_MISSING',
  severity: 'error',
  title: 'A job pushes to GHCR without logging in.',
  why: 'The push fails with `unauthorized` or `denied`. Each job runs on its own machine: the login of another job does not count.',
  hint: 'Add docker/login-action with `registry: ghcr.io`, `username: ${{ github.actor }}` and `password: ${{ secrets.GITHUB_TOKEN }}` before the push.',
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
      if (!mayLogIn && !isCalledScript && images.some(({ image }) => image.registry === 'ghcr.io'))
        yield { at, message: `The job \`${job.id}\` pushes to ghcr.io, but no earlier step logs in.` }
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
