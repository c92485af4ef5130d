import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDotenv } from '../../src/operations/env/parse-dotenv.ts'
import { renderVariable } from '../../src/operations/env/render-variable.ts'
import { Secret } from '../../src/shared/secrets/secret.ts'
import { composeModel } from '../support/compose-config.ts'
import { randomCases } from '../support/random-cases.ts'

const awkward = [
  '',
  ' ',
  'two words',
  ' leading and trailing ',
  "it's",
  `both ' and "`,
  `'quoted'`,
  '"quoted"',
  '$HOME ${HOME} $$ \\$x',
  '# no comment',
  'a # b',
  'first\nsecond\n\nfourth\n',
  'windows\r\nlines\r\n',
  'C:\\new\\table\\',
  "\\'",
  '\\"\\',
  '`id` $(id) ;&|<>',
  'A=B\nexport C=D\n# e',
  'ü ✓ 漢字 🎉',
  'tab\there',
  '-----BEGIN KEY-----\nMIIB+/=\n-----END KEY-----\n',
  'postgres://user:p%40ss@db:5432/shop?sslmode=require',
]

/** What Compose itself reads in a dotenv file, as `env_file` of a service and as values for `${…}`. */
async function readByCompose(dotenv: string, names: readonly string[]) {
  const substituted = names.map((name) => `      ${name}: "\${${name}}"\n`).join('')
  const model = await composeModel({
    '.env': dotenv,
    'compose.yaml': `services:\n  file: { image: any, env_file: .env }\n  substituted:\n    image: any\n    environment:\n${substituted}`,
  })
  const { services } = JSON.parse(model) as {
    services: Record<string, { environment: Record<string, string> }>
  }
  const valuesOf = (service: string) =>
    names.map((name) => services[service]?.environment[name]?.replaceAll('$$', '$'))
  return { file: valuesOf('file'), substituted: valuesOf('substituted') }
}

test('Compose reads exactly the value that was set, whatever is in it', async () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      `'`,
      `"`,
      '\\',
      '$',
      '${',
      '}',
      '#',
      ' ',
      '\n',
      '\r',
      '\r\n',
      '=',
      'a',
      'n',
      '0',
      '`',
      '\\n',
      '\\$',
    ),
    fc.string({ unit: 'grapheme', maxLength: 3 }).filter((text) => !text.includes('\0')),
  )
  const { cases: random, label } = randomCases(
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
    800,
  )
  const values = [...awkward, ...random]
  const names = values.map((_, index) => `V${index}`)
  const dotenv = values.map((value, index) => renderVariable(`V${index}`, new Secret(value))).join('')
  expect(await readByCompose(dotenv, names), label).toEqual({ file: values, substituted: values })

  const parsed = parseDotenv(dotenv)
  expect(parsed.badLines).toEqual([])
  expect(parsed.variables.map(({ name }) => name)).toEqual(names)
  expect(parsed.variables.filter(({ isEmpty }) => isEmpty).map(({ name }) => name)).toEqual(
    names.filter((_, index) => values[index] === ''),
  )
})
