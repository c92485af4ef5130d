import { describe, expect, test } from 'vitest'
import { findComposeImages, parseComposeFile } from '../../../src/shared/compose-file.ts'

const unused = { rawEnvFiles: [], passedVariables: [] }
const empty = {
  image: undefined,
  build: undefined,
  extendedFile: undefined,
  envFiles: [],
  labelFiles: [],
  ...unused,
}

test('a compose file is read as written', () => {
  const text = `
name: shop
include: [common.yml, { path: [a.yml, b.yml], env_file: a.env }, { path: c.yml }]
services:
  web:
    image: ghcr.io/acme/web:\${TAG:-latest}
    build: { context: ./web, dockerfile: Dockerfile.web, target: final }
    extends: { file: base.yml, service: web }
    env_file: [.env, { path: more.env, required: false }]
    label_file: [a.labels, b.labels]
  worker:
    build: worker
    extends: web
    env_file: worker.env
    label_file: worker.labels
  idle:
`
  expect(parseComposeFile(text)).toEqual({
    name: 'shop',
    includedFiles: ['common.yml', 'a.yml', 'b.yml', 'a.env', 'c.yml'],
    services: [
      {
        name: 'web',
        image: 'ghcr.io/acme/web:${TAG:-latest}',
        build: { context: './web', dockerfile: 'Dockerfile.web', target: 'final' },
        extendedFile: 'base.yml',
        envFiles: ['.env', 'more.env'],
        labelFiles: ['a.labels', 'b.labels'],
        ...unused,
      },
      {
        name: 'worker',
        image: undefined,
        build: { context: 'worker', dockerfile: 'Dockerfile', target: undefined },
        extendedFile: undefined,
        envFiles: ['worker.env'],
        labelFiles: ['worker.labels'],
        ...unused,
      },
      { name: 'idle', ...empty },
    ],
    contentVariables: [],
    syntaxError: undefined,
  })
})

const servicesOf = (text: string): unknown => parseComposeFile(`services:\n${text}`).services

describe('what has a wrong shape is left out, and the rest is read', () => {
  test.each<[string, string, object]>([
    ['image', '{ image: [x] }', {}],
    ['image that is a number', '{ image: 17 }', {}],
    ['build', '{ build: [x] }', {}],
    ['build of nothing', '{ build: }', {}],
    [
      'context',
      '{ build: { context: {}, target: x } }',
      { build: { context: '.', dockerfile: 'Dockerfile', target: 'x' } },
    ],
    ['extended file', '{ extends: { file: 1 } }', {}],
    ['env file', '{ env_file: [1, [], { path: [] }, a.env] }', { envFiles: ['a.env'] }],
    ['label file', '{ label_file: [1, a.labels] }', { labelFiles: ['a.labels'] }],
    ['service', 'text', {}],
    ['service that is a list', '[]', {}],
  ])('%s', (_what, service, found) => {
    expect(servicesOf(`  odd: ${service}\n  web: { image: nginx }\n`)).toEqual([
      { name: 'odd', ...empty, ...found },
      { name: 'web', ...empty, image: 'nginx' },
    ])
  })

  test.each(['', 'null', '[]', 'text', 'services:', 'services: []', 'services: text', 'include: a.yml\n'])(
    'a file of %j',
    (text) => {
      expect(parseComposeFile(text)).toMatchObject({ services: [], syntaxError: undefined })
    },
  )

  test('an included file', () => {
    const { includedFiles } = parseComposeFile(
      'include: [1, [], a.yml, { path: [b.yml, 1], env_file: {} }]\n',
    )
    expect(includedFiles).toEqual(['a.yml', 'b.yml'])
  })
})

describe('a file', () => {
  test('has what its merge keys and aliases name', () => {
    const text = '  a: &a { image: nginx, env_file: a.env }\n  b: { <<: *a, env_file: b.env }\n  c: *a\n'
    expect(servicesOf(text)).toMatchObject([
      { name: 'a', image: 'nginx', envFiles: ['a.env'] },
      { name: 'b', image: 'nginx', envFiles: ['b.env'] },
      { name: 'c', image: 'nginx', envFiles: ['a.env'] },
    ])
  })

  test.each(['null', 'x', '[x]', '{ context: x }'])('has nothing that `!reset %s` removes', (value) => {
    expect(
      servicesOf(`  web: { image: nginx, build: !reset ${value}, env_file: !reset ${value} }\n`),
    ).toEqual([{ name: 'web', ...empty, image: 'nginx' }])
  })

  test('has what `!override` replaces', () => {
    expect(servicesOf('  web: { env_file: !override [a.env] }\n')).toMatchObject([{ envFiles: ['a.env'] }])
  })

  test('may have several documents', () => {
    const text = 'name: one\nservices: { a: }\n---\nname: two\ninclude: [c.yml]\nservices: { b: }\n'
    expect(parseComposeFile(text)).toMatchObject({
      name: 'two',
      services: [{ name: 'a' }, { name: 'b' }],
      includedFiles: ['c.yml'],
    })
  })

  test.each([
    ['is not closed', 'services: [\n', /at line 2, column 1\.$/],
    ['names a service twice', 'services:\n  a: {}\n  a: {}\n', /unique.* at line 3, column 3\.$/],
    ['has an alias of nothing', 'services: *a\n', /^Unresolved alias/],
    ['is nested beyond any sense', '['.repeat(200_000), /stack/],
    [
      'multiplies its aliases',
      `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(9)}]\n`).join('')}`,
      /alias/,
    ],
  ])('that %s has no services, and the reason', (_what, text, reason) => {
    const { services, syntaxError } = parseComposeFile(text)
    expect(services).toEqual([])
    expect(syntaxError).toMatch(reason)
  })
})

describe('the images of compose files', () => {
  test('have their variables filled in', () => {
    const texts = [
      'services:\n  a: { image: "ghcr.io/${OWNER:-acme}/a:$TAG" }\n  b: { build: . }\n',
      'services:\n  c: { image: "c:${TAG}" }\n',
    ]
    expect(findComposeImages(texts, { TAG: 'v1' })).toEqual(['ghcr.io/acme/a:v1', 'c:v1'])
  })

  test.each([
    ['a message is no value', 'c:${TAG:?set it}', 'c:'],
    ['an alternative needs a value', 'c${DEBUG:+-debug}:1', 'c:1'],
    ['an empty value is none after a colon', 'c:${EMPTY:-latest}', 'c:latest'],
    ['a default may have a default', 'c:${TAG:-${VERSION:-latest}}', 'c:latest'],
  ])('%s', (_what, image, filled) => {
    expect(findComposeImages([`services:\n  c: { image: "${image}" }\n`], { EMPTY: '' })).toEqual([filled])
  })
})
