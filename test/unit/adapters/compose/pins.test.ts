import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { renderOverride } from '../../../../src/adapters/compose/pins.ts'

/** What YAML reads in ways of its own, and what would end a value. */
const awkward = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'yes',
    'null',
    '~',
    '1e3',
    '0x1',
    '0o7',
    '2026-11-23',
    '<<',
    '*a',
    '&a',
    '!tag',
    '- a',
    'a: b',
    '# c',
    '|',
    '\n',
  ),
)
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    awkward,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(awkward, tie('any'), { maxKeys: 3 }),
  ),
})).any

test('whatever names and values services have, the override file says just them', () => {
  const name = awkward.filter((it) => it !== '__proto__')
  const service = fc.record({
    image: awkward,
    pins: fc.dictionary(
      name.filter((it) => it !== 'image'),
      value,
      { maxKeys: 3 },
    ),
  })
  fc.assert(
    fc.property(fc.dictionary(name, service, { maxKeys: 3 }), (services) => {
      const entries = Object.entries(services)
      const images = Object.fromEntries(entries.map(([key, it]) => [key, it.image]))
      const pins = Object.fromEntries(entries.map(([key, it]) => [key, it.pins]))
      const written: unknown = parse(renderOverride(images, pins), { logLevel: 'silent' })
      const expected = Object.fromEntries(entries.map(([key, it]) => [key, { image: it.image, ...it.pins }]))
      expect(JSON.parse(JSON.stringify(written))).toEqual(JSON.parse(JSON.stringify({ services: expected })))
    }),
  )
})

test('a service that runs on other hosts has no container, and its image is not pulled', () => {
  expect(renderOverride({ web: 'ghcr.io/acme/web@sha256:0' }, {}, { elsewhere: ['worker'] })).toContain(
    `  worker:
    scale: 0
    deploy:
      replicas: 0
    pull_policy: never
`,
  )
})
