import { expect, test } from 'vitest'
import { createServerValues } from '../../../../src/adapters/compose/server-values.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import type { Secret } from '../../../../src/shared/secrets/secret.ts'
import { temporaryApp } from '../../../support/temporary-directory.ts'

async function maskOf(files: Readonly<Record<string, string>>) {
  const directory = await temporaryApp(files)
  await using runner = new LocalRunner()
  const secrets: Secret[] = []
  const { readMask } = createServerValues({
    runner,
    path: directory,
    onSecrets: (found) => void secrets.push(...found),
  })
  return { mask: await readMask(), secrets: secrets.map((it) => it.reveal()) }
}

// Texts of Compose 2.40.
test.each([
  [
    'a value that is not a port',
    'PORTX=Zq9-hunter2-SECRETVALUE',
    'Invalid hostPort: Zq9-hunter2-SECRETVALUE',
    'Invalid hostPort: [value of PORTX]',
  ],
  [
    'the part of a password after a dollar sign',
    'API_KEY=kEy-very$secret#1',
    String.raw`time="2026-11-28T15:04:05Z" level=warning msg="The \"secret\" variable is not set. Defaulting to a blank string."`,
    String.raw`time="2026-11-28T15:04:05Z" level=warning msg="The \"[value of API_KEY]\" variable is not set. Defaulting to a blank string."`,
  ],
  [
    'a line of a value without quotes',
    'KEY=-----BEGIN KEY-----\nMIIEvQIBADAN/Bgkqhk',
    'failed to read /srv/shop/.env: line 2: unexpected character "/" in variable name "MIIEvQIBADAN/Bgkqhk"',
    'failed to read /srv/shop/.env: line 2: unexpected character "/" in variable name "[value of KEY]"',
  ],
  [
    'a value in quotes, with a comment',
    `export URL="redis://:p4ss-w0rd@cache"  # the cache`,
    'invalid URL redis://:p4ss-w0rd@cache',
    'invalid URL [value of URL]',
  ],
  [
    'a part of a value',
    'PAIR=user:p4ss-w0rd-9',
    'invalid mode: p4ss-w0rd-9',
    'invalid mode: [value of PAIR]',
  ],
])('masks %s with the name of its variable', async (_, env, said, shown) => {
  const { mask } = await maskOf({ '.env': env })
  expect(mask(said)).toBe(shown)
})

test('leaves words, ports and paths, and the name of a variable that another one refers to', async () => {
  const { mask } = await maskOf({
    '.env': 'STAGE=production\nPORT=8080\nDATA=/srv/data\nURL=x://${DB_HOST}/y\n',
  })
  const text = String.raw`The \"DB_HOST\" variable is not set; port 8080 of production in /srv/data`
  expect(mask(text)).toBe(text)
})

test('reads env files below the directory, and gives on the secrets for all other output', async () => {
  const { mask, secrets } = await maskOf({
    '.env': 'API_KEY=first-5ecret\nGREETING=hello-you-all-1',
    'config/app.env': 'MAIL_PASSWORD="second-5ecret"\n',
    '.dray/old.env': 'OLD_PASSWORD=third-5ecret\n',
  })
  expect(mask('second-5ecret third-5ecret')).toBe('[value of MAIL_PASSWORD] third-5ecret')
  expect(secrets).toContain('first-5ecret')
  expect(secrets).toContain('second-5ecret')
  expect(secrets).not.toContain('hello-you-all-1')
})

test.each([
  ['a quote in single quotes', String.raw`API_KEY='it\'s-a\n-5ecret'`, String.raw`it's-a\n-5ecret`],
  ['escapes in double quotes', String.raw`API_KEY="a\"b\\c\$d-5ecret"`, String.raw`a"b\c$d-5ecret`],
  ['two lines in one', String.raw`API_KEY="first-5ecret\nother-5ecret"`, 'first-5ecret\nother-5ecret'],
])('reads %s as Compose does', async (_, env, value) => {
  const { secrets } = await maskOf({ '.env': env })
  expect(secrets).toContain(value)
})

test('masks nothing if the directory is missing', async () => {
  await using runner = new LocalRunner()
  const mask = await createServerValues({ runner, path: '/nonexistent' }).readMask()
  expect(mask('text')).toBe('text')
})
