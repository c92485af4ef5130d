import { lines } from '../lines.ts'
import { insertAt, type Rule } from '../rule.ts'

export const cacheExportFatal: Rule = {
  code: 'CACHE_EXPORT_FATAL',
  severity: 'warning',
  title: 'A build fails when its cache cannot be written.',
  why: 'The cache and the image are written at the same time. If the cache service fails, the push is cancelled, or only some of the tags are pushed. The service refuses writes when it is overloaded, and in runs that outsiders can start.',
  hint: 'Add `ignore-error=true` to `cache-to`.',
  bad: workflowWith('type=gha,mode=max'),
  good: workflowWith('type=gha,mode=max,ignore-error=true'),
  *check({ pushes }) {
    for (const { cacheTo } of pushes) {
      for (const at of cacheTo) {
        if (!/(^|,)type=gha\b/.test(at.text) || at.text.includes('ignore-error')) continue
        const quote = /["']$/.test(at.file.text.slice(at.start, at.end)) ? 1 : 0
        yield {
          at,
          message: 'If the cache service refuses the cache, the push of the image fails too.',
          edits: [insertAt(at.file, at.end - quote, ',ignore-error=true')],
        }
      }
    }
  },
}

function workflowWith(cache: string): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - uses: docker/build-push-action@v7',
      '        with:',
      '          push: true',
      '          tags: ghcr.io/acme/shop:v1',
      `          cache-to: ${cache}`,
    ),
  }
}
