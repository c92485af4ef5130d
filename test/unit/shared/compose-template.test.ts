import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findVariables, interpolate, parseTemplate } from '../../../src/shared/compose-template.ts'

const values = { SET: 'value', EMPTY: '', lower_1: 'low', _: 'under' }

describe('interpolation', () => {
  test.each([
    ['$SET', 'value'],
    ['${SET}', 'value'],
    ['a${SET}b$SET-c', 'avaluebvalue-c'],
    ['$lower_1 ${lower_1} $_', 'low low under'],
    ['[$UNSET] [${UNSET}]', '[] []'],
    ['$$SET $${SET} $$$SET', '$SET ${SET} $value'],
    ['${SET:-x} ${EMPTY:-x} ${UNSET:-x}', 'value x x'],
    ['${SET-x} ${EMPTY-x} ${UNSET-x}', 'value  x'],
    ['${SET:+x} ${EMPTY:+x} ${UNSET:+x}', 'x  '],
    ['${SET+x} ${EMPTY+x} ${UNSET+x}', 'x x '],
    ['${SET:?m} ${EMPTY:?m} ${UNSET:?m}', 'value  '],
    ['${SET?m} ${EMPTY?m} ${UNSET?m}', 'value  '],
    ['${UNSET:-a:-b} ${UNSET-a?b+c} ${UNSET:-}', 'a:-b a?b+c '],
  ])('%s is %s', (text, filled) => {
    expect(interpolate(text, values)).toBe(filled)
  })

  test.each([
    ['${UNSET:-$SET}', 'value'],
    ['${UNSET:-${SET}}-${SET}', 'value-value'],
    ['${UNSET:-${OTHER:-deep}}tail', 'deeptail'],
    ['${UNSET-a${OTHER-b${SET:+c}}}', 'abc'],
    ['${UNSET:-$$x}', '$x'],
    ['${SET:-${OTHER}}', 'value'],
  ])('a default has variables of its own: %s', (text, filled) => {
    expect(interpolate(text, values)).toBe(filled)
  })

  test.each([
    ['${UNSET:-{a}}', '{a}'],
    ['${SET:-{"a": 1}}', 'value'],
    ['${UNSET:-{}', '{'],
    ['${SET}}', 'value}'],
    ['{${SET}}', '{value}'],
    ['${UNSET:-}x}', 'x}'],
    ['${UNSET:-${{x}}', '${{x}'],
  ])('ends at its own brace: %s', (text, filled) => {
    expect(interpolate(text, values)).toBe(filled)
  })

  test.each([
    '$',
    '$ x $- $Ä',
    'pa$1word',
    '${',
    '${SET',
    '${1}',
    '${SET }',
    '${SET:=x}',
    '${SET%%x}',
    '${SET:-a\nb}',
    '${{ github.sha }}',
  ])('leaves what is not of Compose: %s', (text) => {
    expect(interpolate(text, values)).toBe(text)
  })

  test('has no values but those given', () => {
    expect(interpolate('[$constructor] [${toString:-x}]', {})).toBe('[] [x]')
  })

  test('leaves a text without `$` unchanged', () => {
    const text = fc.string({ unit: 'binary' }).filter((it) => !it.includes('$'))
    fc.assert(fc.property(text, (it) => interpolate(it, values) === it))
  })
})

describe('variables', () => {
  test.each<[string, string[]]>([
    ['$A ${B} ${C:?m} ${D?m}', ['A required', 'B required', 'C required', 'D required']],
    ['${A:-x} ${B-x} ${C:+x} ${D+x}', ['A', 'B', 'C', 'D']],
    ['${A:-${B}}${C:-$D}', ['A', 'B required', 'C', 'D required']],
    ['$$A $${B} $1 ${2} ${{ C }} ${D ${E', []],
  ])('of %s are %j', (text, found) => {
    const uses = findVariables(text).map(({ name, required }) => (required ? `${name} required` : name))
    expect(uses).toEqual(found)
  })

  test('have their places, also in a default', () => {
    const text = 'a $$ ${A:-x${B-$C}} $D'
    const places = findVariables(text).map(({ start, end }) => text.slice(start, end))
    expect(places).toEqual(['${A:-x${B-$C}}', '${B-$C}', '$C', '$D'])
  })
})

describe('parts', () => {
  test('an expression of GitHub and a shell’s expansion are foreign', () => {
    const foreign = parseTemplate('${{ a }}b$1c}${X%%:*}$$').flatMap(({ kind, source }) =>
      kind === 'foreign' ? [source] : [],
    )
    expect(foreign).toEqual(['${{ a }}', '$1c', '${X%%:*}'])
  })

  test('are the text in order', () => {
    const pieces = fc.constantFrom('$', '{', '}', '${', ':-', '?', 'A', '1', ' ', '\n', '${{')
    const text = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (it) => {
        const parts = parseTemplate(it)
        expect(parts.map(({ source }) => source).join('')).toBe(it)
        for (const { source, start } of parts) expect(it.startsWith(source, start)).toBe(true)
      }),
    )
  })

  test('of hostile texts are found without a stack or time of their size', () => {
    const nested = '${A:-'.repeat(50_000)
    expect(interpolate(nested + '}'.repeat(50_000), {})).toContain('${A:-')
    expect(interpolate(nested, {})).toBe(nested)
    expect(interpolate('${{'.repeat(50_000), {})).toHaveLength(150_000)
  })
})
