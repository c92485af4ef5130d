import { expect, test } from 'vitest'
import { compareDotenv, parseDotenv } from '../../../../src/operations/env/parse-dotenv.ts'
import { cpuMsOf } from '../../../support/cpu-time.ts'

test('finds variables, but not those within a quoted value', () => {
  const text =
    '# shop\r\nA=1\nexport B = "x\nC=no variable\n" # end\n\n D : yaml\nE=\nF=\'\'# none\nG=# a value\nA=2'
  expect(parseDotenv(text)).toEqual({
    variables: [
      { name: 'B', raw: '"x\nC=no variable\n" # end', isEmpty: false, lines: [3, 5] },
      { name: 'D', raw: 'yaml', isEmpty: false, lines: [7, 7] },
      { name: 'E', raw: '', isEmpty: true, lines: [8, 8] },
      { name: 'F', raw: "''# none", isEmpty: true, lines: [9, 9] },
      { name: 'G', raw: '# a value', isEmpty: false, lines: [10, 10] },
      { name: 'A', raw: '2', isEmpty: false, lines: [11, 11] },
    ],
    badLines: [],
  })
})

test('an escaped quote ends no value', () => {
  expect(parseDotenv('A="x\\"\nB=1"\nC=\'it\\\'s\'\n').variables.map(({ name }) => name)).toEqual(['A', 'C'])
})

test('reports lines that are no assignment, and an unclosed quote', () => {
  expect(parseDotenv('A=1\nsome words\n=x\n\nB="open\nC=1\n')).toMatchObject({
    variables: [{ name: 'A' }],
    badLines: [2, 3, 5],
  })
})

test.each(['A="x"y', "A='x' B=2", 'A="one\ntwo" three', 'A="" ""'])(
  'reports text after a closing quote: %j',
  (text) => {
    const { badLines, variables } = parseDotenv(`${text}\nZ="z" # fine`)
    expect(badLines).toEqual([text.split('\n').length])
    expect(variables.map(({ name }) => name)).toEqual(['A', 'Z'])
  },
)

test('the mark that Windows puts before a text belongs to no name', () => {
  expect(parseDotenv('\uFEFFA=1\nB=\uFEFF2\n')).toMatchObject({
    variables: [
      { name: 'A', raw: '1' },
      { name: 'B', raw: '\uFEFF2' },
    ],
    badLines: [],
  })
})

test('quotes without end and thousands of them are read soon', () => {
  const takenMs = cpuMsOf(() => {
    parseDotenv('A="x\n"\n'.repeat(50_000))
    parseDotenv(`A="${'\\'.repeat(1_000_001)}`)
    parseDotenv(`A=${' '.repeat(1_000_000)}x`)
  })
  expect(takenMs).toBeLessThan(2_000)
})

test('compares two files by name', () => {
  expect(compareDotenv('A=1\nB=2\nC="x\ny"\n', '# new order\nC="x\nz"\nA=1\nD=\n')).toEqual({
    added: ['D'],
    changed: ['C'],
    removed: ['B'],
  })
})
