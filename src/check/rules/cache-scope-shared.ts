import { lines } from '../lines.ts'
import type { ImagePush } from '../model/image-push.ts'
import { showPattern } from '../parse/image-pattern.ts'
import type { Rule } from '../rule.ts'

export const cacheScopeShared: Rule = {
  code: 'CACHE_SCOPE_SHARED',
  severity: 'warning',
  title: 'Two images write their build cache to the same scope.',
  why: 'The build that ends last overwrites the layer list of the other, which is then built from scratch in every run. Without `scope=`, all builds share the scope `buildkit`.',
  hint: 'Give each image its own scope, in `cache-from` and in `cache-to`: `scope=backend`, `scope=frontend`.',
  bad: workflowWith('type=gha,mode=max', 'type=gha,mode=max'),
  good: workflowWith('type=gha,mode=max,scope=backend', 'type=gha,mode=max,scope=frontend'),
  *check({ pushes }) {
    const writers = pushes.flatMap((push) =>
      push.cacheTo
        .filter(({ text }) => isGha(text))
        .map((at) => ({ push, at, scope: scopeOf(at.text), image: imageOf(push) })),
    )
    for (const [index, { push, at, scope, image }] of writers.entries()) {
      const matrix = /\$\{\{\s*matrix\./
      if (matrix.test(push.images.map(({ text }) => text).join()) && !scope.includes('$')) {
        yield { at, message: `Every image of the matrix writes its cache to the scope \`${scope}\`.` }
        continue
      }
      const other = writers
        .slice(0, index)
        .find((it) => it.scope === scope && it.image !== image && it.push.job.workflow === push.job.workflow)
      if (other !== undefined && !scope.includes('$'))
        yield {
          at,
          message: `\`${image}\` and \`${other.image}\` both write their cache to the scope \`${scope}\`.`,
        }
    }
  },
}

function isGha(text: string): boolean {
  return /(^|,)type=gha\b/.test(text)
}

function scopeOf(text: string): string {
  return /(?:^|,)scope=([^,]+)/.exec(text)?.[1] ?? 'buildkit'
}

function imageOf({ images, context, dockerfile }: ImagePush): string {
  const [first] = images
  return first === undefined ? `${context ?? ''} ${dockerfile ?? ''}` : showPattern(first.image)
}

function workflowWith(backend: string, frontend: string): Record<string, string> {
  const build = (name: string, cache: string): string[] => [
    '      - uses: docker/build-push-action@v7',
    '        with:',
    `          context: ${name}`,
    '          push: true',
    `          tags: ghcr.io/acme/shop-${name}:v1`,
    `          cache-to: ${cache}`,
  ]
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      ...build('backend', backend),
      ...build('frontend', frontend),
    ),
  }
}
