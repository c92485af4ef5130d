import { expect, test } from 'vitest'
import { check } from './support.ts'

/** What real repositories have that looks like a mistake and is none: no finding of the code. */
test.each<[string, string, Record<string, string>]>([
  [
    'an overlay says only what it changes',
    'RESTART_MISSING',
    {
      'docker-compose.yml': 'services:\n  app:\n    image: ghcr.io/acme/shop:v1\n    restart: always\n',
      'compose.release.yml': 'services:\n  app:\n    image: ghcr.io/acme/shop:v2\n',
    },
  ],
  [
    'a placeholder for a key is no key',
    'ENV_EXAMPLE_SECRET',
    { '.env.example': 'KEY="-----BEGIN PRIVATE KEY-----\\n..."\n' },
  ],
  [
    'a base image with a version of its own comes from elsewhere',
    'IMAGE_NOT_PUSHED',
    {
      '.github/workflows/build.yml':
        'on: push\njobs:\n  build:\n    steps:\n      - run: docker push ghcr.io/acme/shop:v1\n',
      'docker-compose.yml': 'services:\n  db:\n    image: ghcr.io/acme/postgres:15.13\n',
    },
  ],
  [
    'an image that is built on the spot has a local name',
    'IMAGE_LATEST',
    { 'docker-compose.yml': 'services:\n  app:\n    image: shop-dev\n    build: .\n' },
  ],
  [
    'a job that merges manifests needs its permission',
    'PERMISSION_WIDE',
    {
      '.github/workflows/build.yml':
        'on: push\npermissions:\n  packages: write\njobs:\n  build:\n    steps:\n      - run: docker push ghcr.io/acme/shop:v1\n  merge:\n    steps:\n      - run: docker buildx imagetools create ghcr.io/acme/shop:v1\n',
    },
  ],
  ['a script of tests may print', 'TOKEN_PRINTED', { 'backend/tests/e2e.sh': 'echo "$USER_TOKEN"\n' }],
])('%s (%s)', (_, code, files) => {
  expect(check(files).filter((finding) => finding.code === code)).toEqual([])
})
