import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exportLines } from '../../../../src/adapters/directory/values.ts'

const name = fc.stringMatching(/^V[A-Za-z0-9_]{0,5}$/)
const value = fc.string({
  unit: fc.constantFrom(...Array.from('ab9 =#\'"$`\\(){}[]*?!~&|;<>,.\n\r\t-é€😀')),
  maxLength: 20,
})

test('a shell that reads the lines has just these values, and ran nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 4 }), (values) => {
      const output = execFileSync('sh', ['-c', 'eval "$(cat)"; exec env -0'], {
        input: exportLines(values),
        env: { PATH: '/usr/bin:/bin' },
      })
      const entries = output
        .toString('utf8')
        .split('\0')
        .filter((entry) => entry.startsWith('V'))
      const read = entries.map((entry) => [
        entry.slice(0, entry.indexOf('=')),
        entry.slice(entry.indexOf('=') + 1),
      ])
      expect(Object.fromEntries(read)).toEqual({ ...values })
    }),
    { numRuns: 60 },
  )
})

test('invalid variable names are left out', () => {
  expect(exportLines({ 'A;reboot': 'x', '1A': 'x', 'A B': 'x', '': 'x', A_1: 'y' })).toBe("export A_1='y'\n")
})
