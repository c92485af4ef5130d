import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutText } from '../../../src/shared/cut-text.ts'
import { createRedactor } from '../../../src/shared/secrets/redact.ts'
import { Secret } from '../../../src/shared/secrets/secret.ts'

type Encode = (text: string) => string

const json: Encode = (text) => JSON.stringify(text).slice(1, -1)
const goJson: Encode = (text) =>
  json(text).replaceAll(/[<>&]/g, (it) => `\\u00${it.charCodeAt(0).toString(16)}`)
const percent: Encode = (text) =>
  encodeURIComponent(text).replaceAll(/[!'()*~]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`)
const lowerPercent: Encode = (text) => percent(text).replaceAll(/%../g, (it) => it.toLowerCase())
const base64: Encode = (text) => Buffer.from(text).toString('base64')
const hex: Encode = (text) => Buffer.from(text).toString('hex')
const each = (pattern: RegExp, render: (code: number) => string) => (text: string) =>
  text.replaceAll(pattern, (it) => render(it.codePointAt(0) ?? 0))

/** Within one another, in either order. */
const escapes: Readonly<Record<string, Encode>> = {
  'as it is': (text) => text,
  JSON: json,
  "Go's JSON": goJson,
  percent,
  'lower-case percent': lowerPercent,
}

const encodings: Readonly<Record<string, Encode>> = {
  ...escapes,
  'JSON in JSON in JSON': (text) => json(json(json(text))),
  form: (text) => new URLSearchParams({ a: text }).toString().slice(2),
  'percent of percent': (text) => percent(percent(text)),
  'dollar signs of Compose': (text) => text.replaceAll('$', '$$$$'),
  'shell quoting': (text) => text.replaceAll("'", `'\\''`),
  'shell quoting of Python': (text) => text.replaceAll("'", `'"'"'`),
  'shell escapes': (text) => text.replaceAll(/[^\w.-]/gu, '\\$&'),
  'escapes of Markdown and of regular expressions': (text) => text.replaceAll(/[^A-Za-z0-9]/gu, '\\$&'),
  'quoting of YAML and SQL': (text) => text.replaceAll("'", "''"),
  CSV: (text) => text.replaceAll('"', '""'),
  HTML: each(/[&<>"'`=/]/g, (code) => `&#${code};`),
  'HTML with names': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  'hexadecimal HTML': each(/[^\w.-]/gu, (code) => `&#x${code.toString(16)};`),
  'bytes of Python': (text) =>
    [...Buffer.from(text)]
      .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`))
      .join(''),
  'base64 at 0': base64,
  'base64 at 1': (text) => base64(`bots:${text}`.slice(1)),
  'base64 at 2': (text) => base64(`bots:${text}`),
  'base64 of a registry login': (text) => base64(goJson(JSON.stringify({ username: 'bot', password: text }))),
  'base64 of a login in base64': (text) =>
    base64(`{"auths":{"ghcr.io":{"auth":"${base64(`bot:${text}`)}"}}}`),
  'base64 for URLs': (text) => Buffer.from(`a:${text}`).toString('base64url'),
  'base64 in percent': (text) => percent(base64(text)),
  'base64 in JSON of PHP': (text) => base64(text).replaceAll('/', '\\/'),
  hex,
  'upper-case hex': (text) => hex(text).toUpperCase(),
  'hex escapes': (text) => hex(text).replaceAll(/../g, '\\x$&'),
  'hex with colons': (text) => hex(text).replaceAll(/..(?=.)/g, '$&:'),
  'soft hyphens inside': (text) => Array.from(text).join('\u00ad'),
  'joiners inside': (text) => Array.from(text).join('\u200c'),
  'variation selectors inside': (text) => Array.from(text).join('\ufe0f'),
  'colours inside': (text) => Array.from(text).join('\u001b[31m'),
  ...Object.fromEntries(
    Object.entries(escapes).flatMap(([outerName, outer]) =>
      Object.entries(escapes).map(([name, inner]) => [
        `${name} in ${outerName}`,
        (text: string) => outer(inner(text)),
      ]),
    ),
  ),
}

const tokens = fc
  .oneof(
    fc.stringMatching(/^[A-Za-z0-9_.-]{8,60}$/),
    fc.string({ minLength: 8, maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...Array.from(`a1\\'"$%&<>+/= ;,`)), minLength: 8, maxLength: 30 }),
    fc.string({ unit: 'grapheme', minLength: 8, maxLength: 30 }),
  )
  .filter((token) => new Set(token).size > 3)

/** Any six characters that both have. */
function findCommon(encoded: string, masked: string): string | undefined {
  const pieces = Array.from({ length: encoded.length - 5 }, (_, start) => encoded.slice(start, start + 6))
  return pieces.find((piece) => masked.includes(piece))
}

test.each(Object.entries(encodings))('leaves nothing of a token: %s', (_, encode) => {
  fc.assert(
    fc.property(tokens, (token) => {
      const redact = createRedactor([new Secret('another one'), new Secret(token)])
      const encoded = encode(token)
      const masked = redact(`It said <${encoded}>.`)
      expect(masked).toContain('[redacted]')
      expect(findCommon(encoded, masked)).toBeUndefined()
    }),
    { numRuns: 50 },
  )
})

test.each(Object.entries(encodings))('leaves no half of a token at a cut: %s', (_, encode) => {
  fc.assert(
    fc.property(tokens, fc.nat(1000), (token, at) => {
      const redact = createRedactor([new Secret(token)])
      const encoded = encode(token)
      const before = 'It said '.repeat(200)
      const cut = cutText(`${before}${encoded} and more of it`, before.length + (at % encoded.length))
      expect(findCommon(encoded, redact(cut))).toBeUndefined()
    }),
    { numRuns: 50 },
  )
})

test.each<[string, Encode, number]>([
  ['base64', base64, 76],
  ['base64 of PEM', base64, 64],
  ['hex', hex, 60],
])('leaves nothing of a long token that %s breaks into lines', (_, encode, width) => {
  const long = fc.stringMatching(/^[A-Za-z0-9_.$-]{100,300}$/)
  fc.assert(
    fc.property(long, fc.stringMatching(/^[ -~]{0,60}$/), (token, before) => {
      const lines = encode(`${before}${token}`).match(new RegExp(`.{1,${width}}`, 'g')) ?? []
      const redact = createRedactor([new Secret(token)])
      const decode = (line: string) => Buffer.from(line, encode === hex ? 'hex' : 'base64').toString()
      const shown = lines.map(redact).map(decode)
      expect(shown.find((text) => findCommon(token, text.slice(0, -12)) !== undefined)).toBeUndefined()
    }),
    { numRuns: 50 },
  )
})

test('masks base64 and hexadecimal digits of UTF-16', () => {
  const redact = createRedactor([new Secret('t0ken-in-utf-16')])
  const text = Buffer.from('password=t0ken-in-utf-16;', 'utf16le')
  expect(redact(text.toString('base64'))).toBe('[redacted]')
  expect(redact(text.toString('hex'))).toBe('[redacted]')
})

test('masks hexadecimal HTML of every character', () => {
  const redact = createRedactor([new Secret('t0ken-as-html')])
  const text = each(/[^]/gu, (code) => `&#x${code.toString(16)};`)('t0ken-as-html')
  expect(redact(`<b>${text}</b>`)).toBe('<b>&#x[redacted];</b>')
})

test('leaves encoded words that have no part of a secret', () => {
  const redact = createRedactor([new Secret('a-long-password-of-the-app-0123456789')])
  const words = [
    base64('a-long-walk along the password-less river of the app'),
    hex('a-long-pass over the hills'),
  ]
  expect(words.map(redact)).toEqual(words)
})
