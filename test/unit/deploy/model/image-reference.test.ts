import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  familiarName,
  isDigest,
  keepTag,
  keepTagOwner,
  parseImageReference,
  pinnedName,
  renderImageReference,
  type Digest,
  type ImageReference,
} from '../../../../src/deploy/model/image-reference.ts'

const DIGEST: Digest = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('reading a reference', () => {
  test.each<[string, ImageReference]>([
    ['nginx', { registry: 'docker.io', repository: 'library/nginx' }],
    ['nginx:alpine', { registry: 'docker.io', repository: 'library/nginx', tag: 'alpine' }],
    ['acme/shop', { registry: 'docker.io', repository: 'acme/shop' }],
    ['index.docker.io/nginx', { registry: 'docker.io', repository: 'library/nginx' }],
    ['docker.io/library/nginx', { registry: 'docker.io', repository: 'library/nginx' }],
    [
      'ghcr.io/acme/shop-backend:3f2a1c9',
      { registry: 'ghcr.io', repository: 'acme/shop-backend', tag: '3f2a1c9' },
    ],
    ['localhost/shop', { registry: 'localhost', repository: 'shop' }],
    ['localhost:5000/shop', { registry: 'localhost:5000', repository: 'shop' }],
    ['localhost:5000/a/b/c:V1_2.3-x', { registry: 'localhost:5000', repository: 'a/b/c', tag: 'V1_2.3-x' }],
    ['[::1]:5000/shop:1', { registry: '[::1]:5000', repository: 'shop', tag: '1' }],
    ['a__b/c-----d.e', { registry: 'docker.io', repository: 'a__b/c-----d.e' }],
    [`nginx@${DIGEST}`, { registry: 'docker.io', repository: 'library/nginx', digest: DIGEST }],
    [
      `ghcr.io/acme/shop:1@${DIGEST}`,
      { registry: 'ghcr.io', repository: 'acme/shop', tag: '1', digest: DIGEST },
    ],
    // Docker takes what has capitals before the first slash for a host.
    ['Builder/shop', { registry: 'Builder', repository: 'shop' }],
  ])('%s is read as Docker reads it', (text, reference) => {
    expect(parseImageReference(text)).toEqual(reference)
  })

  test.each([
    '',
    ':1',
    '/shop',
    'acme/',
    'acme//shop',
    'shop:',
    'shop@',
    'shop:a b',
    'shop::1',
    '-shop',
    'shop-',
    'a___b',
    'a..b',
    'a.-b',
    'https://ghcr.io/acme/shop',
    'localhost:port/shop',
    'ghcr.io:/shop',
    'gh_cr.io/shop',
    '[::1/shop',
    'shop\n',
    '${REGISTRY_OWNER}/shop',
  ])('%j is refused', (text) => {
    expect(() => parseImageReference(text)).toThrow(expect.objectContaining({ code: 'IMAGE_INVALID' }))
  })

  test.each([
    ['a tag of 129 characters', `shop:${'t'.repeat(129)}`],
    ['a digest that is too short', `shop@sha256:${'0'.repeat(63)}`],
    ['a digest in capitals', `shop@sha256:${'A'.repeat(64)}`],
    ['a digest of another algorithm', `shop@sha512:${'0'.repeat(128)}`],
    ['the id of an image', 'a'.repeat(64)],
    ['a repository of 256 characters', `ghcr.io/${'a'.repeat(256)}`],
    ['a text of 1,200 characters', 'a/'.repeat(600)],
  ])('%s is refused', (_, text) => {
    expect(() => parseImageReference(text)).toThrow(expect.objectContaining({ code: 'IMAGE_INVALID' }))
  })

  test('capitals in the repository are refused with the name in lower case as the hint', () => {
    expect(() => parseImageReference('ghcr.io/Acme/Shop:V1')).toThrow(
      expect.objectContaining({
        code: 'IMAGE_INVALID',
        message: '`ghcr.io/Acme/Shop:V1` is not an image reference: its repository has capital letters.',
        hint: 'Write it in lower case: `ghcr.io/acme/shop:V1`.',
      }),
    )
  })

  test('a repository of 255 characters is the longest', () => {
    expect(parseImageReference(`ghcr.io/${'a'.repeat(255)}`).repository).toHaveLength(255)
  })
})

describe('writing a reference', () => {
  test.each([
    ['nginx:alpine', 'docker.io/library/nginx:alpine'],
    ['acme/shop', 'docker.io/acme/shop'],
    ['ghcr.io/acme/shop:1', 'ghcr.io/acme/shop:1'],
    // Shortened, these would name other registries.
    ['docker.io/localhost/shop', 'docker.io/localhost/shop'],
    ['docker.io/my.name/shop', 'docker.io/my.name/shop'],
    ['library/acme/shop', 'docker.io/library/acme/shop'],
  ])('%s is the familiar name of %s', (familiar, full) => {
    expect(familiarName(parseImageReference(full))).toBe(familiar)
    expect(renderImageReference(parseImageReference(familiar))).toBe(full)
  })

  test('the deployed reference has the digest and no tag', () => {
    expect(pinnedName(parseImageReference('nginx:alpine'), DIGEST)).toBe(`nginx@${DIGEST}`)
    expect(pinnedName(parseImageReference('ghcr.io/acme/shop:1'), DIGEST)).toBe(`ghcr.io/acme/shop@${DIGEST}`)
  })

  test('the tag that keeps an image says for which app, and which digest it is', () => {
    const tag = keepTag(parseImageReference('localhost:5000/shop:1'), DIGEST, 'shop-test')
    expect(tag).toBe('localhost:5000/shop:dray-shop-test-0123456789ab')
    expect(keepTagOwner(tag, 'shop-test')).toBe('ours')
    expect(keepTagOwner(tag, 'shop')).toBe('others')
    expect(keepTagOwner('localhost:5000/shop:1', 'shop')).toBeUndefined()
  })

  test('the tag that keeps an image is never longer than a tag may be', () => {
    const name = keepTag(parseImageReference('shop'), DIGEST, 'a'.repeat(300))
    expect(name.length).toBeLessThanOrEqual('shop:'.length + 128)
  })
})

describe('for every reference', () => {
  test('written in full and read again, it is the same', () => {
    fc.assert(
      fc.property(reference(), (written) => {
        expect(parseImageReference(renderImageReference(written))).toEqual(written)
      }),
    )
  })

  test('written in its familiar form and read again, it is the same', () => {
    fc.assert(
      fc.property(reference(), (written) => {
        expect(parseImageReference(familiarName(written))).toEqual(written)
      }),
    )
  })

  test('the names for the engine are references to the same repository', () => {
    fc.assert(
      fc.property(reference(), (written) => {
        const { registry, repository } = written
        expect(parseImageReference(pinnedName(written, DIGEST))).toEqual({
          registry,
          repository,
          digest: DIGEST,
        })
        expect(parseImageReference(keepTag(written, DIGEST, 'shop'))).toMatchObject({ registry, repository })
      }),
    )
  })

  test('any text is read or refused with IMAGE_INVALID, and never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9./:@_[\]-]{0,80}$/)), (text) => {
        try {
          expect(parseImageReference(familiarName(parseImageReference(text)))).toEqual(
            parseImageReference(text),
          )
        } catch (error) {
          expect(error).toMatchObject({ code: 'IMAGE_INVALID' })
        }
      }),
    )
  })
})

test('only sha256 in lower case counts as a digest', () => {
  expect(isDigest(DIGEST)).toBe(true)
  expect(isDigest(DIGEST.toUpperCase())).toBe(false)
  expect(isDigest(`${DIGEST}0`)).toBe(false)
})

function reference(): fc.Arbitrary<ImageReference> {
  const component = fc.stringMatching(/^[a-z0-9]{1,5}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,5}){0,2}$/)
  const path = fc.oneof(component, fc.constantFrom('library', 'localhost', 'my.name'))
  const host = fc.oneof(
    fc.constantFrom(
      'docker.io',
      'ghcr.io',
      'localhost',
      'localhost:5000',
      '[::1]:5000',
      '10.0.0.5:80',
      'Builder',
    ),
    fc.stringMatching(/^[a-z0-9]{1,8}\.[a-z]{2,5}(?::[0-9]{1,5})?$/),
  )
  return fc
    .record(
      {
        registry: host,
        parts: fc.array(path, { minLength: 1, maxLength: 4 }),
        tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
        digest: fc.constant(DIGEST),
      },
      { requiredKeys: ['registry', 'parts'] },
    )
    .filter(({ registry, parts }) => registry !== 'docker.io' || parts.length > 1)
    .map(({ registry, parts, ...rest }) => ({ registry, repository: parts.join('/'), ...rest }))
}
