import { lines } from '../lines.ts'
import { isLongRunning, settingOf } from '../model/compose.ts'
import { entryOf } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const buildOnServer: Rule = {
  code: 'BUILD_ON_SERVER',
  severity: 'warning',
  title: 'A service has no image that a server can pull.',
  why: 'With `build` alone, the registry has no image: each server builds its own, and no two servers run the same image.',
  hint: 'Add an image beside `build`: `image: ghcr.io/acme/shop:${IMAGE_TAG:-latest}`, and push it in CI.',
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
    // Without a dray.yml, building on the server may be intended.
    if (config === undefined) return
    for (const service of apps.flatMap(({ services }) => services)) {
      const build = entryOf(service.definition, 'build')
      if (build !== undefined && settingOf(service, 'image') === undefined && isLongRunning(service))
        yield {
          at: build.key,
          message: `\`${service.name}\` is built on the server: it has no \`image\` to pull.`,
        }
    }
  },
}
