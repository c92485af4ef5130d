import { lines } from '../lines.ts'
import { mayBeSame, showPattern } from '../parse/image-pattern.ts'
import { settingOf } from '../model/compose.ts'
import type { Rule } from '../rule.ts'

export const imageNotPushed: Rule = {
  code: 'IMAGE_NOT_PUSHED',
  severity: 'error',
  title: 'A compose file pulls an image of the app that no workflow pushes.',
  why: 'The deploy fails with `manifest unknown` or `denied`: the registry does not have the image, or has an old one that is no longer built.',
  hint: 'Correct the name in the compose file or in the workflow, or add a build for that image.',
  bad: {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - uses: docker/build-push-action@v7',
      '        with:',
      '          push: true',
      '          tags: ghcr.io/acme/shop-backend:latest',
    ),
    'docker-compose.yml': lines('services:', '  backend:', '    image: ghcr.io/acme/shop-api:latest'),
  },
  good: {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - uses: docker/build-push-action@v7',
      '        with:',
      '          push: true',
      '          tags: ghcr.io/acme/shop-backend:latest',
    ),
    'docker-compose.yml': lines('services:', '  backend:', '    image: ghcr.io/acme/shop-backend:latest'),
  },
  *check({ apps, pushes }) {
    const images = pushes.flatMap((push) => push.images.map(({ image }) => image))
    // A push that cannot be parsed may be the missing one.
    if (images.length === 0 || pushes.some((push) => push.images.length === 0)) return
    for (const service of apps.flatMap(({ services }) => services)) {
      const { image, pattern } = service
      if (image === undefined || pattern === undefined || settingOf(service, 'build') !== undefined) continue
      const owner = pattern.repository.split('/')[0] ?? ''
      const isOurs = images.some(
        (it) =>
          it.registry === pattern.registry &&
          mayBeSame(
            { ...it, repository: it.repository.split('/')[0] ?? '' },
            { ...pattern, repository: owner },
          ),
      )
      // A fixed version is a base image, not a release of this repository.
      const isReleased = pattern.tag === undefined || pattern.tag === 'latest' || pattern.tag.includes('$')
      if (
        !isOurs ||
        !isReleased ||
        pattern.registry === 'docker.io' ||
        images.some((it) => mayBeSame(it, pattern))
      )
        continue
      const names = [...new Set(images.map(showPattern))].join(', ')
      yield {
        at: image,
        message: `No workflow pushes \`${showPattern(pattern)}\`; the workflows push ${names}.`,
      }
    }
  },
}
