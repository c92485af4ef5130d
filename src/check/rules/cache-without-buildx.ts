import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'

export const cacheWithoutBuildx: Rule = {
  code: 'CACHE_WITHOUT_BUILDX',
  severity: 'warning',
  title: 'A job writes a build cache but does not set up Buildx.',
  why: "Docker's default builder cannot write such a cache on many machines: `Cache export is not supported for the docker driver`.",
  hint: 'Add docker/setup-buildx-action before the build.',
  bad: workflowWith(),
  good: workflowWith('      - uses: docker/setup-buildx-action@v4'),
  *check({ pushes }) {
    for (const { job, step, cacheTo } of pushes) {
      const actions = job.steps.slice(0, job.steps.indexOf(step)).flatMap(({ action }) => action ?? [])
      // An unknown action may set it up.
      const isSetUp = actions.some(
        (action) => !/^(actions|docker)\//.test(action) || action === 'docker/setup-buildx-action',
      )
      const creates = job.commands.some(({ words }) => words.some(({ text }) => text === 'buildx'))
      for (const at of cacheTo)
        if (!isSetUp && !creates && /(^|,)type=(gha|registry|local)\b/.test(at.text))
          yield {
            at,
            message: `The job \`${job.id}\` writes a build cache without docker/setup-buildx-action.`,
          }
    }
  },
}

function workflowWith(...setUp: readonly string[]): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - uses: actions/checkout@v7',
      ...setUp,
      '      - uses: docker/build-push-action@v7',
      '        with:',
      '          push: true',
      '          tags: ghcr.io/acme/shop:v1',
      '          cache-to: type=gha,mode=max,ignore-error=true',
    ),
  }
}
