import { describe, expect, test } from 'vitest'
import { choosePromoted } from '../../../src/build/choose-promoted.ts'
import { ownRepositories } from '../../../src/build/own-images.ts'
import type { Release } from '../../../src/deploy/model/release.ts'
import { fakeRelease } from '../../support/fake-status-observation.ts'

const digest = (digit: string) => `sha256:${digit.repeat(64)}` as const

function release(images: Readonly<Record<string, string>>): Release {
  const services = Object.entries(images).map(([name, digit]) => [
    name,
    {
      image: `ghcr.io/acme/${name}@${digest(digit)}`,
      digest: digest(digit),
      replicas: 1,
      definitionHash: '',
      configHash: '',
    },
  ])
  return fakeRelease({ services: Object.fromEntries(services) as Release['services'] })
}

type Images = Readonly<Record<string, string>> | undefined

function choose(hosts: readonly Images[], repositories: readonly string[]) {
  return choosePromoted({
    from: {
      environment: 'test',
      hosts: hosts.map((images, index) => ({ name: `srv${index + 1}`, release: images && release(images) })),
    },
    to: { environment: 'production', repositories: repositories.map((name) => `ghcr.io/acme/${name}`) },
  })
}

test('the digest that runs on every host', () => {
  const images = { backend: 'a', frontend: 'b', worker: 'c' }
  expect(choose([images, images], ['backend', 'frontend'])).toEqual([
    { repository: 'ghcr.io/acme/backend', digest: digest('a') },
    { repository: 'ghcr.io/acme/frontend', digest: digest('b') },
  ])
})

describe('is refused:', () => {
  test.each<[string, Images[], string[], string, RegExp]>([
    ['no release', [undefined], ['backend'], 'PROMOTE_NOTHING', /test has no release on srv1/],
    [
      'hosts that differ',
      [{ backend: 'a' }, { backend: 'b' }],
      ['backend'],
      'PROMOTE_DIFFERENT',
      /^srv1 and srv2 run different images of ghcr\.io\/acme\/backend/,
    ],
    [
      'an image that was not tested',
      [{ backend: 'a' }],
      ['shop'],
      'PROMOTE_DIFFERENT',
      /uses ghcr\.io\/acme\/shop, which was not tested: test does not run it/,
    ],
    ['no image to tag', [{ backend: 'a' }], [], 'PROMOTE_DIFFERENT', /no image of the app's own/],
  ])('%s', (_, hosts, repositories, code, message) => {
    expect(() => choose(hosts, repositories)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    )
  })
})

test("an app's own repositories are those below its owner, with the variables filled in", () => {
  const texts = [
    'services:\n  a: { image: "ghcr.io/${REGISTRY_OWNER:-acme}/a:${IMAGE_TAG:-latest}" }\n  b: { image: "ghcr.io/${REGISTRY_OWNER}/b" }\n',
    'services:\n  a: { image: "ghcr.io/acme/a:2" }\n  c: { image: "ghcr.io/$REGISTRY_OWNER/c" }\n  db: { image: postgres:17 }\n  built: { build: . }\n',
  ]
  const own = (variables: Readonly<Record<string, string>>) =>
    ownRepositories(texts, { variables, prefixes: ['ghcr.io/acme/'] })
  expect(own({ REGISTRY_OWNER: 'acme', IMAGE_TAG: 'v1' })).toEqual([
    'ghcr.io/acme/a',
    'ghcr.io/acme/b',
    'ghcr.io/acme/c',
  ])
  expect(
    ownRepositories(['services:\n  a: { image: "ghcr.io/${OWNER:-acme}/a" }\n'], {
      variables: {},
      prefixes: ['ghcr.io/acme/'],
    }),
  ).toEqual(['ghcr.io/acme/a'])
})
