import { expect, test } from 'vitest'
import { findEnvUses } from '../../../../../src/adapters/directory/env/env-uses.ts'
import type { BundleFile } from '../../../../../src/deploy/model/ports.ts'

const file = (path: string, text: string): BundleFile => ({ path, content: Buffer.from(text), mode: 0o644 })

test('finds env files by the names that the compose files give, whatever they are', () => {
  const uses = findEnvUses([
    file(
      'docker-compose.yml',
      'services:\n  a: { env_file: [.env, ./deep/er/secrets, { path: raw.env, format: raw }] }\n  b: { env_file: ../shared.env }\n',
    ),
    file('part/compose.yml', 'services: { c: { env_file: own.env } }\n'),
    file('nginx.conf', 'env_file: no.env\n'),
  ])
  expect(uses.envFiles).toEqual([
    '.env',
    'deep/er/secrets',
    'raw.env',
    '../shared.env',
    'own.env',
    'part/own.env',
  ])
  expect(uses.rawFiles).toEqual([{ path: 'raw.env', service: 'a' }])
})

test('leaves out paths that the copy of the files does not have', () => {
  const uses = findEnvUses([
    file('compose.yml', 'services: { a: { env_file: [/etc/app.env, ../../far.env] } }\n'),
  ])
  expect(uses.envFiles).toEqual([])
})

test('finds the variables that are the content of secrets and configs', () => {
  const text =
    'services: { a: { image: x } }\nsecrets: { k: { environment: API_KEY }, f: { file: ./f } }\nconfigs: { b: { environment: BANNER } }\n'
  expect(findEnvUses([file('compose.yml', text)]).contentVariables).toEqual(['API_KEY', 'BANNER'])
})
