import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutText } from '../../../src/shared/cut-text.ts'
import { createRedactor } from '../../../src/shared/secrets/redact.ts'
import { Secret } from '../../../src/shared/secrets/secret.ts'
import { cpuMsOf } from '../../support/cpu-time.ts'

const redact = createRedactor([])

test.each([
  ['ghp_0123456789abcdefghijABCDEFGHIJ012345', '[redacted]'],
  ['token ghs_16C7e42F292c6912E7710c838347Ae178B4a.', 'token [redacted]'],
  ['github_pat_11ABCDEFG0123456789_abcdefghijklmnop', '[redacted]'],
  ['sk_live_0123456789abcdefABCDEF', '[redacted]'],
  ['AKIA0123456789ABCDEF is a key', '[redacted] is a key'],
  ['Authorization: Bearer abc.def-ghi', 'Authorization: [redacted]'],
  ['authorization: basic dXNlcjpwYXNz', 'authorization: [redacted]'],
  ['{"X-Registry-Auth":"eyJ1c2VyIjoieCJ9"}', '{"X-Registry-Auth":"[redacted]"}'],
  ['sent Bearer 0123456789abcdefgh to it', 'sent Bearer [redacted] to it'],
  ['https://me:s3cret@ghcr.io/v2/', 'https://[redacted]@ghcr.io/v2/'],
  ['https://s3cret@github.com/acme/shop', 'https://[redacted]@github.com/acme/shop'],
  ['postgres://app:p@ss@db:5432/shop', 'postgres://app:[redacted]@db:5432/shop'],
  ['redis://:s3cret@cache', 'redis://:[redacted]@cache'],
])('masks %s', (text, masked) => {
  expect(redact(text)).toBe(masked)
})

test.each([
  'ssh://deploy@test.example.com/srv/shop',
  'deploy@test.example.com',
  'ghcr.io/acme/shop-backend@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
  'http://localhost:8000/api/health?at=me@example.com',
  'the registry wants a bearer token',
  'basic authentication is not enough',
])('leaves %s as it is', (text) => {
  expect(redact(text)).toBe(text)
})

test('masks the values of given secrets, encoded ones and single lines of long ones too', () => {
  const masked = createRedactor([new Secret('pa$$ word/1'), new Secret('first line\nsecond line\n')])
  expect(masked('is pa$$ word/1, pa%24%24%20word%2F1, cGEkJCB3b3JkLzE=')).toBe(
    'is [redacted], [redacted], [redacted]',
  )
  expect(masked('second line')).toBe('[redacted]')
})

test('masks a secret that holds another one as a whole', () => {
  expect(createRedactor([new Secret('abcd'), new Secret('abcd-efgh')])('abcd-efgh')).toBe('[redacted]')
})

test.each([
  ['V8 compiles no pattern of it', '.'.repeat(4000)],
  ['it is very long', 'x.'.repeat(100_000)],
])('masks a secret unchanged where %s', (_why, value) => {
  const mask = createRedactor([new Secret(value)])
  expect(mask(`a ${value} b ${value} c`)).toBe('a [redacted] b [redacted] c')
})

test('masks secrets that are added to the list later', () => {
  const secrets: Secret[] = []
  const masked = createRedactor(secrets)
  secrets.push(new Secret('added later'))
  expect(masked('was added later')).toBe('was [redacted]')
})

test('does not take very short or empty values for secrets', () => {
  expect(createRedactor([new Secret(''), new Secret('a')])('a banana')).toBe('a banana')
})

test('leaves no secret in any text around it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (value, before, after) => {
      fc.pre(!'[redacted]'.includes(value) && value.trim() === value)
      const masked = createRedactor([new Secret(value)])(before + value + after)
      expect(masked.replaceAll('[redacted]', '\u0000')).not.toContain(value)
    }),
  )
})

test('masks a secret within JSON, where its quotes are escaped', () => {
  const masked = createRedactor([new Secret('pa"ss\\word')])
  expect(masked(JSON.stringify({ said: 'is pa"ss\\word.' }))).toBe('{"said":"is [redacted]."}')
})

test('masks the tokens of GitHub within base64', () => {
  expect(
    redact(Buffer.from('x-access-token:ghs_16C7e42F292c6912E7710c838347Ae178B4a').toString('base64')),
  ).toBe('[redacted]')
})

test('keeps colours and joiners in a text without secrets, and around masked ones', () => {
  const masked = createRedactor([new Secret('pa55word')])
  expect(masked('\u001b[31mred\u001b[39m \u{1f468}\u200d\u{1f469} and pa55word')).toBe(
    '\u001b[31mred\u001b[39m \u{1f468}\u200d\u{1f469} and [redacted]',
  )
})

test('leaves words, digests and paths as they are', () => {
  const text = `/usr/lib/node_modules/express/lib/router sha256:${'0123456789abcdef'.repeat(4)} 12 34 56 aGVsbG8gd29ybGQh`
  expect(createRedactor([new Secret('pa5s'), new Secret('pa55word')])(text)).toBe(text)
})

test('of a cut line, keeps what ends before the word that was cut', () => {
  const masked = createRedactor([new Secret('pa55word')])
  expect(masked(cutText('the token is pa55word', 17))).toBe('the token is  … [8 more characters]')
})

test.each([
  ['words and dots', 'a.'],
  ['schemes', 'http+'],
  ['beginnings of addresses', 'a://b:'],
  ['beginnings of headers', 'authorization:  '],
  ['beginnings of tokens', 'ghp_ bearer '],
  ['beginnings of a secret', `p'\\"$ %&`],
  ['backslashes', '\\'],
  ['quotes', `'"'"'`],
  ['encoded percent signs', '%25'],
  ['encoded ampersands', '&amp;'],
  ['hexadecimal digits', '6a:\\x6b '],
  ['base64', 'aGVsbG8+/'],
  ['invisible characters', 'a\u00ad'],
])('a line of a million characters takes seconds, not hours: %s', (_, piece) => {
  const masked = createRedactor([new Secret(`p'\\"$ %&<z`), new Secret('$\\!$\\!'), new Secret('a.a.a.a.b')])
  const text = piece.repeat(1_000_000 / piece.length)
  expect(cpuMsOf(() => masked(text))).toBeLessThan(20_000)
})
