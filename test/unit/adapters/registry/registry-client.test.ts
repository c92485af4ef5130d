import { afterEach, describe, expect, test } from 'vitest'
import { parseImageReference } from '../../../../src/deploy/model/image-reference.ts'
import { AMD64 } from '../../../support/oci-image.ts'
import { connect, image, resolve, serve, stopServing } from './registry-subject.ts'

afterEach(stopServing)

describe('a missing image', () => {
  test('the five newest tags are named, without signatures and whatever the pages', async () => {
    const registry = await serve({ tagsPerPage: 3 })
    for (const tag of ['2', '3', '4', '5', '6', '7']) registry.push('acme/shop', tag, image)
    registry.push('acme/shop', `sha256-${'a'.repeat(64)}`, image)
    await expect(resolve(registry, connect(), '8')).rejects.toMatchObject({
      code: 'TAG_NOT_FOUND',
      message: `${registry.host}/acme/shop has no tag \`8\`.`,
      hint: 'The newest tags: 7, 6, 5, 4, 3.',
    })
    const list = { registry: registry.host, repository: 'acme/shop' }
    expect(await connect().newestTags(list, 2)).toEqual(['7', '6'])
    expect(await connect().tags(list)).toHaveLength(8)
  })

  test('a registry that does not list its tags in time does not hold up the answer', async () => {
    const registry = await serve()
    registry.fail({ at: 'tags', how: 'hang' })
    const client = connect({ limits: { hintMs: 500 } })
    await expect(resolve(registry, client, '8')).rejects.toMatchObject({
      code: 'TAG_NOT_FOUND',
      hint: 'Deploy a tag that exists, or push this one first.',
    })
  })

  test('an unknown image differs from a missing tag', async () => {
    const registry = await serve({ manners: 'open' })
    const missing = connect().resolve(parseImageReference(`${registry.host}/acme/nothing:1`), AMD64)
    await expect(missing).rejects.toMatchObject({
      code: 'TAG_NOT_FOUND',
      message: `${registry.host} has no image ${registry.host}/acme/nothing.`,
    })
  })

  test('a tag that was just pushed is waited for when that is asked for', async () => {
    const registry = await serve()
    registry.fail({ at: 'manifest', how: 'status', status: 404, times: 2 })
    await expect(resolve(registry)).rejects.toMatchObject({ code: 'TAG_NOT_FOUND' })
    registry.fail({ at: 'manifest', how: 'status', status: 404, times: 2 })
    const patient = connect({ limits: { newTagMs: 2_000 } })
    expect((await resolve(registry, patient)).digest).toBe(image.digest)
  })

  test('a variant that a clean-up deleted is named', async () => {
    const registry = await serve()
    registry.deleteManifest('acme/shop', image.variants[0]?.digest ?? image.digest)
    await expect(resolve(registry)).rejects.toMatchObject({
      code: 'PLATFORM_MISSING',
      message: expect.stringMatching(/no longer has linux\/amd64 \(sha256:/) as string,
    })
  })
})
