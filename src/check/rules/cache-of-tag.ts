import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'

export const cacheOfTag: Rule = {
  code: 'CACHE_OF_TAG',
  severity: 'note',
  title: 'A workflow for tags writes a build cache that no later run can read.',
  why: 'GitHub separates caches by branch and tag. A run reads the caches of its own ref and of the default branch. The cache of the run for `v1.4.0` is never read again: it costs the upload and evicts useful caches.',
  hint: 'Remove `cache-to`, and set `cache-from` to a scope that the main branch writes. Or keep the cache in the registry: `type=registry,ref=…:buildcache`.',
  bad: workflowWith('          cache-to: type=gha,mode=max,ignore-error=true'),
  good: workflowWith('          cache-from: type=gha,scope=backend'),
  *check({ pushes }) {
    for (const { job, cacheTo } of pushes)
      for (const at of cacheTo)
        if (job.workflow.isForTags && /(^|,)type=gha\b/.test(at.text))
          yield { at, message: 'This workflow runs for tags: the cache it writes is never read again.' }
  },
}

function workflowWith(cache: string): Record<string, string> {
  return {
    '.github/workflows/deploy-production.yml': lines(
      'on:',
      '  push:',
      '    tags: ["v*"]',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - uses: docker/build-push-action@v7',
      '        with:',
      '          push: true',
      '          tags: ghcr.io/acme/shop:${{ github.ref_name }}',
      cache,
    ),
  }
}
