import { environmentSetting } from '../repository.ts'
import { lines } from '../lines.ts'
import { settingOf } from '../model/compose.ts'
import { isOwnService } from '../model/own-images.ts'
import type { Rule } from '../rule.ts'
import { childOf, entriesOf } from '../parse/yaml-tree.ts'

export const imageLatest: Rule = {
  code: 'IMAGE_LATEST',
  severity: 'warning',
  title: 'A server runs the `:latest` image of the app.',
  why: 'The running version is unknown, a rollback has no tag to return to, and a push to the main branch can reach production.',
  hint: 'Write `${IMAGE_TAG:-latest}` and set IMAGE_TAG at each deploy. In dray.yml, set `tag: version` or `tag: sha`.',
  bad: {
    'docker-compose.yml': lines('services:', '  app:', '    image: ghcr.io/acme/shop:latest'),
    'dray.yml': lines(
      'registry: ghcr.io/acme',
      'environments:',
      '  production:',
      '    host: deploy@shop.example.com',
      '    tag: latest',
    ),
  },
  good: {
    'docker-compose.yml': lines('services:', '  app:', '    image: ghcr.io/acme/shop:${IMAGE_TAG:-latest}'),
    'dray.yml': lines(
      'registry: ghcr.io/acme',
      'environments:',
      '  production:',
      '    host: deploy@shop.example.com',
      '    tag: version',
    ),
  },
  *check(repository) {
    for (const service of repository.apps.flatMap(({ services }) => services)) {
      const { image, pattern, name } = service
      if (image === undefined || pattern === undefined || !isOwnService(service, repository)) continue
      // Servers do not pull an image without a registry beside `build`.
      const isLocal = pattern.registry === 'docker.io' && settingOf(service, 'build') !== undefined
      // `shop${REF:-:latest}`: the variable contains the tag.
      const mayBringTag = pattern.tag === undefined && image.text.endsWith('}')
      if (isLocal || mayBringTag || image.text.includes('@sha256:')) continue
      if (pattern.tag === undefined || pattern.tag === 'latest')
        yield { at: image, message: `The service \`${name}\` always runs \`:latest\` of its image.` }
    }
    for (const [name, { value }] of entriesOf(childOf(repository.config?.root, 'environments'))) {
      const tag = childOf(value, 'tag')
      if (
        tag !== undefined &&
        /prod|live/.test(name) &&
        environmentSetting(repository, name, 'tag') === 'latest'
      )
        yield { at: tag, message: `The environment \`${name}\` runs \`:latest\`, not a fixed version.` }
    }
  },
}
