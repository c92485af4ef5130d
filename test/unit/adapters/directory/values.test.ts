import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changeMoreThanImages, exportLines } from '../../../../src/adapters/directory/values.ts'

const name = fc.stringMatching(/^V[A-Za-z0-9_]{0,5}$/)
const value = fc.string({
  unit: fc.constantFrom(...Array.from('ab9 =#\'"$`\\(){}[]*?!~&|;<>,.\n\r\t-é€😀')),
  maxLength: 20,
})

test('a shell that reads the lines has just these values, and ran nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 4 }), (values) => {
      const output = execFileSync('sh', ['-c', 'eval "$(cat)"; exec env -0'], {
        input: exportLines(values),
        env: { PATH: '/usr/bin:/bin' },
      })
      const entries = output
        .toString('utf8')
        .split('\0')
        .filter((entry) => entry.startsWith('V'))
      const read = entries.map((entry) => [
        entry.slice(0, entry.indexOf('=')),
        entry.slice(entry.indexOf('=') + 1),
      ])
      expect(Object.fromEntries(read)).toEqual({ ...values })
    }),
    { numRuns: 60 },
  )
})

test('invalid variable names are left out', () => {
  expect(exportLines({ 'A;reboot': 'x', '1A': 'x', 'A B': 'x', '': 'x', A_1: 'y' })).toBe("export A_1='y'\n")
})

const values = { IMAGE_TAG: 'v2', ENV: 'test' }
const service = (more: string, image = 'ghcr.io/acme/web:${IMAGE_TAG:?}'): string =>
  `services:\n  web:\n    image: ${image}\n    ${more}\n`

test.each<[string, string, boolean, Readonly<Record<string, string>>?]>([
  ['only an image', service('restart: always'), false],
  ['no value at all', service('environment: { NODE_ENV: production }', 'nginx'), false],
  ['an image that a service merges', `x-a: &a\n  restart: always\n${service('<<: *a')}`, false],
  ['a variable of the container', service('environment: { VERSION: "${IMAGE_TAG}" }'), true],
  ['one that is passed on', service('environment: [IMAGE_TAG]'), true],
  ['a variable named image', service('environment: { image: "$IMAGE_TAG" }'), true],
  ['a default', service('labels: { a: "${X:-$IMAGE_TAG}" }'), true],
  ['an escape', service('labels: { a: "$\\x49MAGE_TAG" }'), true],
  ['the name of the app', `name: shop-$ENV\n${service('restart: always')}`, true],
  ['an image outside of the services', `x-a: { image: "$IMAGE_TAG" }\n${service('restart: always')}`, true],
  ['a file that is not YAML', service('restart: [always'), true],
  ['a variable of Compose itself', service('restart: always'), true, { COMPOSE_PROFILES: 'debug' }],
])('whether values change more than images: %s', (_, text, expected, more = {}) => {
  const files = [{ path: 'compose.yml', content: new TextEncoder().encode(text), mode: 0o644 }]
  expect(changeMoreThanImages(files, { ...values, ...more })).toBe(expected)
})

test('a value in an env file that is shipped may change more than images', () => {
  const files = [
    { path: 'web.env', content: new TextEncoder().encode('RELEASE=${IMAGE_TAG}\n'), mode: 0o644 },
  ]
  expect(changeMoreThanImages(files, values)).toBe(true)
})
