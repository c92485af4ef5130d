import { afterAll, expect, test } from 'vitest'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { readContents } from '../../src/adapters/swarm/stored-contents.ts'
import type { StackContent } from '../../src/deploy/model/cluster.ts'
import type { Secret } from '../../src/shared/secrets/secret.ts'
import { temporaryApp } from '../support/temporary-directory.ts'

const runner = new LocalRunner()
afterAll(() => runner[Symbol.asyncDispose]())

const services = ['web']
const file = (key: string, path: string): StackContent => ({ kind: 'secrets', key, file: path, services })
const variable = (key: string, environment: string): StackContent => ({
  kind: 'secrets',
  key,
  environment,
  services,
})

async function read(
  contents: readonly StackContent[],
  {
    app = {},
    files = {},
    values = {},
  }: Partial<Record<'app' | 'files' | 'values', Record<string, string>>> = {},
) {
  const path = await temporaryApp({ '.env': '', ...app })
  const secrets: string[] = []
  const onSecrets = (found: readonly Secret[]) => void secrets.push(...found.map((it) => it.reveal()))
  const stored = await readContents(contents, {
    place: { runner, path, values, onSecrets },
    stack: 'shop',
    files: new Map(Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)])),
    readMask: async () => (text) => text,
  })
  return {
    secrets,
    names: stored.map(({ name }) => name),
    texts: stored.map(({ data }) => new TextDecoder().decode(data)),
  }
}

test('contents come from files on the server, from files of the release, and from variables as Compose reads them', async () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END KEY-----\n'
  const { texts, names, secrets } = await read(
    [
      file('key', './secrets/key with blanks.pem'),
      variable('token', 'TOKEN'),
      file('shipped', './shipped.txt'),
      variable('name', 'name'),
      { kind: 'configs', key: 'made', environment: 'MADE', services },
    ],
    {
      app: { '.env': 'TOKEN=\'pa$$word "quoted" 1\'\nMADE=from-env\n', 'secrets/key with blanks.pem': key },
      files: { 'shipped.txt': 'of the release' },
      values: { MADE: 'deploy-time', name: 'a value of that name' },
    },
  )
  expect(texts).toEqual([key, 'pa$$word "quoted" 1', 'of the release', 'a value of that name', 'deploy-time'])
  for (const [index, at] of ['key', 'token', 'shipped', 'name', 'made'].entries())
    expect(names[index]).toMatch(new RegExp(`^shop_${at}-[0-9a-f]{12}$`))
  expect(secrets).toEqual(expect.arrayContaining(['pa$$word "quoted" 1', 'MIIEvQIBADANBgkqhkiG9w0']))
  expect(secrets.join()).not.toContain('deploy-time')
})

test('a name changes with the content alone, and differs between two secrets of the same content', async () => {
  const of = (value: string) =>
    read([variable('a', 'A'), variable('b', 'A')], { app: { '.env': `A=${value}\n` } })
  const [first, again, other] = [await of('one'), await of('one'), await of('two')]
  expect(again.names).toEqual(first.names)
  expect(other.names).not.toEqual(first.names)
  expect(first.names[0]?.slice(-12)).not.toBe(first.names[1]?.slice(-12))
})

test.each([
  [file('key', './gone'), {}, 'COMPOSE_INVALID', './gone, the file of key under `secrets`, cannot be read'],
  [file('key', './empty'), { empty: '' }, 'STACK_UNSUPPORTED', 'The content of secret key is empty'],
  [variable('key', 'KEY'), {}, 'STACK_UNSUPPORTED', 'secret key, the variable KEY, is empty'],
  [file('key', './big'), { big: 'x'.repeat(512_000) }, 'STACK_UNSUPPORTED', 'fewer than 500 KiB'],
])('%j is refused before anything is touched', async (content, app, code, message) => {
  await expect(read([content], { app })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message) as string,
  })
})
