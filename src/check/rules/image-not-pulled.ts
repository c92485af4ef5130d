import { lines } from '../lines.ts'
import { isDeployedFromHere } from '../model/deploys.ts'
import { mayBeSame, showPattern } from '../parse/image-pattern.ts'
import type { Rule } from '../rule.ts'

export const imageNotPulled: Rule = {
  code: 'IMAGE_NOT_PULLED',
  severity: 'warning',
  title: 'A workflow pushes an image that no compose file pulls.',
  why: 'The image is built and stored for nothing, or the compose file has another name and keeps running an old image.',
  hint: 'Correct the name, or remove the build from the workflow.',
  bad: {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - run: docker push ghcr.io/acme/shop-frontend:v1',
    ),
    'deploy.sh': lines('set -eu', 'docker compose pull', 'docker compose up -d'),
    'docker-compose.yml': lines('services:', '  frontend:', '    image: ghcr.io/acme/shop-web:v1'),
  },
  good: {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - run: docker push ghcr.io/acme/shop-web:v1',
    ),
    'deploy.sh': lines('set -eu', 'docker compose pull', 'docker compose up -d'),
    'docker-compose.yml': lines('services:', '  frontend:', '    image: ghcr.io/acme/shop-web:v1'),
  },
  *check(repository) {
    const { apps, pushes, scripts } = repository
    // If this repository deploys nothing, other repositories pull its images.
    if (!isDeployedFromHere(repository)) return
    const pulled = apps.flatMap(({ services }) => services.flatMap(({ pattern }) => pattern ?? []))
    // An app with third-party or locally built images only does not use the pushed ones.
    if (!pulled.some(({ registry }) => registry !== 'docker.io')) return
    for (const { images } of pushes) {
      for (const { at, image } of images) {
        const isMine = pulled.some(({ registry }) => registry === image.registry)
        const isNamed = scripts.some(({ file }) => file.text.includes(showPattern(image)))
        if (isMine && !isNamed && !pulled.some((it) => mayBeSame(it, image)))
          yield { at, message: `No compose file pulls \`${showPattern(image)}\`.` }
      }
    }
  },
}
