import { lines } from '../lines.ts'
import type { TagKind } from '../model/image-push.ts'
import { isOwnService, pushesOf } from '../model/own-images.ts'
import { mayBeSame } from '../parse/image-pattern.ts'
import { childOf, entriesOf, type YamlNode } from '../parse/yaml-tree.ts'
import type { Repository } from '../repository.ts'
import type { Found, Rule } from '../rule.ts'
import { scalarText } from '../parse/yaml-tree.ts'

export const tagNotPushed: Rule = {
  code: 'TAG_NOT_PUSHED',
  severity: 'error',
  title: 'The deployed tag is one that no workflow pushes.',
  why: 'The deploy fails with `manifest unknown`. docker/metadata-action writes `sha-` and seven digits for `type=sha`, and removes the `v` of a version for `type=semver`.',
  hint: 'Push the tag that the deploy uses: `${{ github.sha }}` for `tag: sha`, `${{ github.ref_name }}` for `tag: version`.',
  bad: workflowWith('type=sha'),
  good: workflowWith('type=sha,format=long,prefix='),
  *check(repository) {
    const { config } = repository
    if (config === undefined) return
    for (const [name, { value }] of entriesOf(childOf(config.root, 'environments'))) {
      const tag = childOf(value, 'tag')
      if (tag !== undefined) yield* judge({ name, tag, repository })
    }
  },
}

function* judge({
  name,
  tag,
  repository,
}: {
  name: string
  tag: YamlNode
  repository: Repository
}): Iterable<Found> {
  const wanted = scalarText(tag) ?? ''
  if (/\$/.test(wanted)) return
  const app = repository.apps.find(({ environment }) => environment === name)
  for (const service of app?.services ?? []) {
    const { pattern } = service
    // A service whose tag does not come from IMAGE_TAG is not checked.
    if (
      pattern?.tag === undefined ||
      !pattern.tag.includes('IMAGE_TAG') ||
      !isOwnService(service, repository)
    )
      continue
    const pushes = pushesOf(service, repository)
    const kinds = pushes.flatMap(({ images }) =>
      images.filter(({ image }) => mayBeSame(image, pattern)).map((it) => it.tag),
    )
    if (kinds.length === 0 || kinds.some((kind) => kind.kind === 'unknown' || isWanted(kind, wanted)))
      continue
    const list = [...new Set(kinds.map(describe))].join(', ')
    yield {
      at: tag,
      message: `The environment \`${name}\` deploys ${describeWanted(wanted)}, but the workflows push \`${service.name}\` as ${list}.`,
    }
    return
  }
}

function isWanted(kind: TagKind, wanted: string): boolean {
  if (wanted === 'sha' || wanted === 'version') return kind.kind === wanted
  return kind.kind === 'text' && kind.text === wanted
}

function describeWanted(wanted: string): string {
  if (wanted === 'sha') return 'the full commit id'
  return wanted === 'version' ? 'the unchanged git tag' : `\`${wanted}\``
}

function describe(kind: TagKind): string {
  if (kind.kind === 'text') return `\`${kind.text}\``
  if (kind.kind === 'sha') return 'the full commit id'
  if (kind.kind === 'short-sha') return '`sha-` and the short commit id'
  return kind.kind === 'version' ? 'the git tag' : 'the version without its `v`'
}

function workflowWith(rule: string): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - id: meta',
      '        uses: docker/metadata-action@v6',
      '        with:',
      '          images: ghcr.io/acme/shop',
      `          tags: ${rule}`,
      '      - uses: docker/build-push-action@v7',
      '        with:',
      '          push: true',
      '          tags: ${{ steps.meta.outputs.tags }}',
    ),
    'docker-compose.yml': lines('services:', '  app:', '    image: ghcr.io/acme/shop:${IMAGE_TAG:-latest}'),
    'dray.yml': lines(
      'registry: ghcr.io/acme',
      'environments:',
      '  test:',
      '    host: deploy@test.example.com',
      '    tag: sha',
    ),
  }
}
