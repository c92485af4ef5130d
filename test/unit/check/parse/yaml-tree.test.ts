import { describe, expect, test } from 'vitest'
import {
  childOf,
  entriesOf,
  entryOf,
  nodeAt,
  plainValue,
  parseYamlTree,
  scalarsOf,
  scalarText,
  type YamlNode,
} from '../../../../src/check/parse/yaml-tree.ts'
import { textOf } from '../../../../src/check/source-file.ts'

const parse = (text: string): ReturnType<typeof parseYamlTree> => parseYamlTree({ path: 'a.yml', text })

/** The plain value of a node, each scalar as its text, even where it is empty. */
function plain(node: YamlNode | undefined): unknown {
  if (node?.kind === 'list') return node.items.map(plain)
  if (node?.kind === 'map')
    return Object.fromEntries(entriesOf(node).map(([key, { value }]) => [key, plain(value)]))
  return scalarText(node)
}

describe('a tree', () => {
  test('has the texts of maps, lists and scalars', () => {
    const { root, errors } = parse('a: 1\nb: [x, "y z"]\nc:\n  d: |\n    one\n    two\n  e:\n')
    expect(plain(root)).toEqual({ a: '1', b: ['x', 'y z'], c: { d: 'one\ntwo\n', e: '' } })
    expect(errors).toEqual([])
  })

  test('has the place of keys and values, quotes included', () => {
    const { root } = parse('a:\n  b: "x y" # comment\n')
    const entry = entryOf(childOf(root, 'a'), 'b')
    expect(entry && [textOf(entry.key), textOf(entry.value)]).toEqual(['b', '"x y"'])
  })

  test('says how a scalar is written, and a collection', () => {
    const { root } = parse("a: x\nb: 'x'\nc: >\n  x\nd: [1]\ne:\n  - 1\n")
    const nodes = entriesOf(root).map(([, { value }]) =>
      value.kind === 'scalar' ? value.style : value.isFlow,
    )
    expect(nodes).toEqual(['plain', 'quoted', 'block', true, false])
  })

  test('puts what an alias names in its place, and merges', () => {
    const { root } = parse('x: &x { a: 1, b: 2 }\ny: *x\nz:\n  <<: *x\n  b: 3\nw:\n  <<: [*x, { c: 4 }]\n')
    expect(plain(childOf(root, 'y'))).toEqual({ a: '1', b: '2' })
    expect(plain(childOf(root, 'z'))).toEqual({ b: '3', a: '1' })
    expect(plain(childOf(root, 'w'))).toEqual({ a: '1', b: '2', c: '4' })
  })

  test('takes what `!reset` marks for nothing', () => {
    expect(plain(parse('a: !reset x\n').root)).toEqual({ a: '' })
  })

  test('has what could be read of text that is not YAML', () => {
    const { root, errors } = parse('a: 3\nb: "x\n')
    expect(scalarText(childOf(root, 'a'))).toBe('3')
    expect(errors).not.toEqual([])
    expect(parse('%YAML *a\n').errors).not.toEqual([])
  })

  test('ends where an alias names what it stands in, and deep down', () => {
    expect(plain(parse('a: &a [*a]\n').root)).toEqual({ a: [''] })
    expect(parse('['.repeat(300)).root.kind).toBe('list')
  })
})

describe('questions', () => {
  const { root } = parse('a: { b: { c: x } }\nlist: [x, { y: 1 }, z]\none: x\nnone:\n')

  test('about a path of keys', () => {
    expect(scalarText(nodeAt(root, 'a', 'b', 'c'))).toBe('x')
    expect(nodeAt(root, 'a', 'x', 'c')).toBeUndefined()
    expect(childOf(childOf(root, 'one'), 'x')).toBeUndefined()
  })

  test('about scalars of a list, or one in its place', () => {
    const texts = (key: string): string[] => scalarsOf(childOf(root, key)).map(({ text }) => text)
    expect([texts('list'), texts('one'), texts('none'), texts('missing')]).toEqual([
      ['x', 'z'],
      ['x'],
      [],
      [],
    ])
  })
})

describe('a plain value', () => {
  test('has texts, and nothing for null', () => {
    const { root } = parse('a: 1\nb: [x, "y z", ~]\nc: { d: }\n')
    expect(plainValue(root)).toEqual({ a: '1', b: ['x', 'y z', undefined], c: { d: undefined } })
    expect(plainValue(undefined)).toBeUndefined()
  })

  test.each(['x', '[x]', '{ x: 1 }'])('is nothing after `!reset %s`', (value) => {
    expect(plainValue(parse(`a: !reset ${value}\n`).root)).toEqual({ a: undefined })
  })

  test('of aliases that multiply is made once for each', () => {
    const level = (index: number): string => `a${index}: &a${index} [${`*a${index - 1},`.repeat(9)}]\n`
    const { root } = parse(
      `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, index) => level(index + 1)).join('')}`,
    )
    expect(plainValue(root)).toMatchObject({ a0: ['x'] })
  })
})
