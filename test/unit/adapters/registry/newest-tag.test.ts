import { expect, test } from 'vitest'
import { createNewestTagRegistry, NEWEST_TAG } from '../../../../src/adapters/registry/newest-tag.ts'
import { parseImageReference, renderImageReference } from '../../../../src/deploy/model/image-reference.ts'
import { fakeResolved } from '../../../support/fake-app.ts'

const platform = { os: 'linux', architecture: 'amd64' }

function registryWith(tags: readonly string[]) {
  const asked: string[] = []
  const registry = createNewestTagRegistry({
    credentials: async () => undefined,
    newestTags: async (_, count) => tags.slice(0, count),
    resolve: async (reference) => {
      asked.push(renderImageReference(reference))
      return fakeResolved(renderImageReference(reference))
    },
  })
  const ask = (image: string) => registry.resolve(parseImageReference(image), platform)
  return { asked, ask }
}

test('takes the newest tag where that is wanted, and any other as it is', async () => {
  const { asked, ask } = registryWith(['v3', 'v2'])
  expect((await ask(`ghcr.io/acme/shop:${NEWEST_TAG}`)).reference.tag).toBe('v3')
  expect((await ask('ghcr.io/acme/shop:v1')).reference.tag).toBe('v1')
  expect(asked).toEqual(['ghcr.io/acme/shop:v3', 'ghcr.io/acme/shop:v1'])
})

test('asks once for each image', async () => {
  const { asked, ask } = registryWith([])
  await Promise.all([ask('nginx:alpine'), ask('nginx:alpine')])
  expect(asked).toEqual(['docker.io/library/nginx:alpine'])
})

test('an image without any tag is not there', async () => {
  const { ask } = registryWith([])
  await expect(ask(`ghcr.io/acme/shop:${NEWEST_TAG}`)).rejects.toMatchObject({
    code: 'TAG_NOT_FOUND',
    message: 'ghcr.io has no image ghcr.io/acme/shop.',
  })
})
