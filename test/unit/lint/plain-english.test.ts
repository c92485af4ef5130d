import { Linter } from 'eslint'
import { describe, expect, test } from 'vitest'
import { findBanned, findInMarkdown } from '../../../scripts/lint/find-banned.mjs'
import { banned } from '../../../scripts/lint/plain-english.mjs'
import { englishPlugin } from '../../../scripts/lint/plain-english-rule.mjs'

function lint(code: string, options: readonly object[] = []): string[] {
  const config: Linter.Config = {
    plugins: { english: englishPlugin },
    rules: { 'english/plain-english': ['error', ...options] },
  }
  return new Linter().verify(code, config).map(({ line, column, message }) => `${line}:${column} ${message}`)
}

const nobody = banned.find(({ phrase }) => phrase === 'nobody')
const atNobody = (place: string): string =>
  `${place} Plain English: instead of "nobody" write ${nobody?.instead}.`

describe.each(banned.map((entry) => [entry.phrase, entry] as const))('%s', (_, { example, instead }) => {
  test('is found in its example, with the words to write instead', () => {
    expect(findBanned(example, 'message').map((it) => it.instead)).toContain(instead)
  })

  test('is reported in a string', () => {
    expect(lint(`report('${example}')`).join('\n')).toContain(instead)
  })
})

describe('in code', () => {
  test.each([
    ["say('read by nobody')", '1:14'],
    ["say('a', `\n${a ? b : c} nobody `)", '2:14'],
    ['// read by nobody', '1:12'],
    ['/**\n * Read by nobody.\n */', '2:12'],
    ["say('the file \\`a b\\` nobody reads')", '1:23'],
  ])('%j', (code, place) => {
    expect(lint(code)).toEqual([atNobody(place)])
  })

  test('a phrase is found across the lines of a comment', () => {
    expect(lint('// It stops by\n// itself.')).toHaveLength(1)
    expect(lint('/**\n * It stops by\n * itself.\n */')).toHaveLength(1)
  })

  test.each([
    'const nobody = mend.tells',
    "import nobody from 'nobody'",
    "user['nobody']",
    'const nobody = /nobody else/',
    '// sets `USER nobody` for https://example.com/nobody',
    'say(`runs \\`chown nobody\\` as ${nobody ? tells : mend}`)',
  ])('%s is code', (code) => {
    expect(lint(code)).toEqual([])
  })
})

describe('in tests', () => {
  const options = [{ only: 'test-names' }]

  test.each(['test', 'it.each([1])', 'describe', 'describe.each`a`', 'test.concurrent.each(rows)'])(
    'the name in %s is read',
    (called) => {
      expect(lint(`${called}('sent to nobody', () => {})`, options)).toHaveLength(1)
    },
  )

  test('other strings are data', () => {
    expect(lint("test('sent', () => { expect(say('read by nobody')) })", options)).toEqual([])
  })
})

describe('in Markdown', () => {
  test('has line and column', () => {
    const found = findInMarkdown('# Title\n\nRead by nobody, or\nstopped by\nitself.\n')
    expect(found.map(({ line, column }) => `${line}:${column}`)).toEqual(['3:9', '4:9'])
  })

  test('inline code and addresses do not count, comments in a code block do', () => {
    expect(findInMarkdown('The field `mend`, see https://example.com/nobody.\n')).toEqual([])
    expect(findInMarkdown('```sh\nls # nobody\n```\n')).toHaveLength(1)
  })

  test('what begins a sentence is for messages only', () => {
    expect(findInMarkdown('What it printed is above.\n')).toEqual([])
    expect(findBanned('What is the name? What it printed is above.', 'message')).toHaveLength(1)
  })
})
