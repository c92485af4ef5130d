import { afterEach, describe, expect, test } from 'vitest'
import { parseImageReference } from '../../../../src/deploy/model/image-reference.ts'
import type { Platform } from '../../../../src/deploy/model/ports.ts'
import { AMD64, ARM64 } from '../../../support/oci-image.ts'
import { connect, image, places, resolve, serve, stopServing } from './registry-subject.ts'

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

describe('while the platform of the host is pending', () => {
  test('the variant of most servers is fetched ahead, and once', async () => {
    const registry = await serve()
    const { known, resolved } = resolvePending(registry.host)
    await expect.poll(() => places(registry).filter((place) => place.startsWith('blob'))).toHaveLength(1)
    const before = places(registry)
    known(AMD64)
    expect((await resolved).layers.length).toBeGreaterThan(0)
    expect(places(registry)).toEqual(before)
  })

  test('another platform gets its own variant, whatever became of the first', async () => {
    const registry = await serve()
    registry.deleteManifest('acme/shop', image.variants[0]?.digest ?? image.digest)
    const { known, resolved } = resolvePending(registry.host)
    known(ARM64)
    const [own] = (await resolved).layers
    const arm = await connect().resolve(parseImageReference(`${registry.host}/acme/shop:1`), ARM64)
    expect(own).toEqual(arm.layers[0])
  })
})

function resolvePending(host: string) {
  let known: (platform: Platform) => void = () => undefined
  const platform = new Promise<Platform>((tell) => (known = tell))
  const resolved = connect().resolve(parseImageReference(`${host}/acme/shop:1`), platform)
  return { known, resolved }
}
