import { lines } from '../lines.ts'
import { isLongRunning, settingOf } from '../model/compose.ts'
import { entryOf } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const buildOnServer: Rule = {
  code: 'BUILD_ON_SERVER',
  severity: 'warning',
  title: 'A service has no image that a server could pull.',
  why: 'With `build` alone there is nothing in the registry: each server builds for itself, and no two of them run the same.',
  fix: 'Name the image beside `build`: `image: ghcr.io/acme/shop:${IMAGE_TAG:-latest}`, and push it in CI.',
  bad: {
    'docker-compose.yml': lines('services:', '  app:', '    build: .'),
    'dray.yml': lines('environments:', '  production: { host: deploy@shop.example.com }'),
  },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG:-latest}',
      '    build: .',
    ),
    'dray.yml': lines('environments:', '  production: { host: deploy@shop.example.com }'),
  },
  *check({ apps, config }) {
    // Who has no dray.yml may well mean to build on the spot.
    if (config === undefined) return
    for (const service of apps.flatMap(({ services }) => services)) {
      const build = service.nodes.map((node) => entryOf(node, 'build')).find((it) => it !== undefined)
      if (build !== undefined && settingOf(service, 'image') === undefined && isLongRunning(service))
        yield {
          at: build.key,
          message: `\`${service.name}\` is built on the server: it has no \`image\` to pull.`,
        }
    }
  },
}
