import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RegistryClient } from '../../src/adapters/registry/registry-client.ts'
import { parseImageReference } from '../../src/deploy/model/image-reference.ts'
import { AMD64, ARM64, buildOciImage, type OciImage } from '../support/oci-image.ts'

/** A registry to try the client on, and the way to put an image into it. */
export type RegistrySubject = AsyncDisposable & {
  /** As image references name it. */
  host: string
  /** May read everything that was pushed. */
  client: RegistryClient
  push(repository: string, tag: string, image: OciImage): Promise<void>
}

const INDEX = buildOciImage({ platforms: [AMD64, ARM64], layers: ['index'], attestation: true })
const BARE = buildOciImage({ layers: ['base', 'app', 'base'], bare: true })
const DOCKER = buildOciImage({ layers: ['docker'], docker: true, bare: true })

/** What the client does with any registry that follows the OCI distribution specification. */
export function registryContract(name: string, makeSubject: () => Promise<RegistrySubject>): void {
  describe(`${name}, as a registry`, () => {
    let subject: RegistrySubject

    beforeAll(async () => {
      subject = await makeSubject()
      await subject.push('contract/shop', 'index', INDEX)
      await subject.push('contract/shop', 'bare', BARE)
      await subject.push('contract/shop', 'docker', DOCKER)
      await subject.push('contract/shop', 'latest', BARE)
    })

    afterAll(() => subject[Symbol.asyncDispose]())

    const reference = (rest: string) => parseImageReference(`${subject.host}/contract/${rest}`)

    test('a tag becomes the digest of its index, with the layers of the platform', async () => {
      const image = await subject.client.resolve(reference('shop:index'), ARM64)
      expect(image.digest).toBe(INDEX.digest)
      expect(image.layers).toEqual(INDEX.variants[1]?.layers)
      expect(image.reference).toEqual(reference('shop:index'))
    })

    test('an image without an index is its own variant, and repeated layers count once', async () => {
      const image = await subject.client.resolve(reference('shop:bare'), AMD64)
      expect(image.digest).toBe(BARE.digest)
      expect(image.layers).toEqual(BARE.variants[0]?.layers.slice(0, 2))
    })

    test("Docker's own media types are understood", async () => {
      expect((await subject.client.resolve(reference('shop:docker'), AMD64)).digest).toBe(DOCKER.digest)
    })

    test('no tag means latest', async () => {
      expect((await subject.client.resolve(reference('shop'), AMD64)).digest).toBe(BARE.digest)
    })

    test('a reference by digest resolves to itself, whatever its tag says now', async () => {
      const image = await subject.client.resolve(reference(`shop:index@${BARE.digest}`), AMD64)
      expect(image.digest).toBe(BARE.digest)
    })

    test('a digest can be asked for alone', async () => {
      expect(await subject.client.digest(reference('shop:index'))).toBe(INDEX.digest)
    })

    test('a moved tag is noticed', async () => {
      const before = buildOciImage({ layers: ['before'] })
      const after = buildOciImage({ layers: ['after'] })
      await subject.push('contract/moving', 'latest', before)
      expect((await subject.client.resolve(reference('moving'), AMD64)).digest).toBe(before.digest)
      await subject.push('contract/moving', 'latest', after)
      expect((await subject.client.resolve(reference('moving'), AMD64)).digest).toBe(after.digest)
    })

    test('an image gets a further tag, and is the same under both', async () => {
      await subject.push('contract/tagged', 'tested', INDEX)
      await subject.push('contract/tagged', 'older', BARE)
      const byDigest = { ...reference('tagged'), digest: INDEX.digest }
      await subject.client.tag(byDigest, 'v1.4.0')
      await subject.client.tag(byDigest, 'older')
      for (const tag of ['v1.4.0', 'older', 'tested'])
        expect((await subject.client.resolve(reference(`tagged:${tag}`), ARM64)).digest).toBe(INDEX.digest)
    })

    test('a missing image gets no tag', async () => {
      const digest = `sha256:${'0'.repeat(64)}` as const
      const tagging = subject.client.tag({ ...reference('shop'), digest }, 'v1.4.0')
      await expect(tagging).rejects.toMatchObject({ code: 'TAG_NOT_FOUND' })
    })

    test('a tag that is not there is refused, naming those that are', async () => {
      await expect(subject.client.resolve(reference('shop:nothing'), AMD64)).rejects.toMatchObject({
        code: 'TAG_NOT_FOUND',
        message: expect.stringContaining(`${subject.host}/contract/shop has no tag \`nothing\``) as string,
        hint: expect.stringMatching(/newest tags: .*\bindex\b/) as string,
      })
    })

    test('a platform that is not there is refused, naming those that are', async () => {
      const riscv = { os: 'linux', architecture: 'riscv64' }
      const index = subject.client.resolve(reference('shop:index'), riscv)
      await expect(index).rejects.toMatchObject({
        code: 'PLATFORM_MISSING',
        message: expect.stringContaining('linux/riscv64: it has only linux/amd64, linux/arm64') as string,
      })
      const bare = subject.client.resolve(reference('shop:bare'), riscv)
      await expect(bare).rejects.toMatchObject({ code: 'PLATFORM_MISSING' })
    })

    test('all tags are listed', async () => {
      const tags = await subject.client.tags(reference('shop'))
      expect([...tags].sort()).toEqual(['bare', 'docker', 'index', 'latest'])
    })
  })
}
