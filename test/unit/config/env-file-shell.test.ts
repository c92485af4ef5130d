import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseEnvFile } from '../../../src/config/env-file.ts'

/** The loop of the specification, from standard input, and what it exported, NUL-separated. Names of the test's own start with `V`. */
const loop = `
while IFS= read -r line || [ -n "$line" ]; do
  case "$line" in [A-Za-z0-9_]*=*) export "$line" 2>/dev/null ;; esac
done
exec /usr/bin/env -0
`

const shells = ['dash', 'bash'].map((name) => `/bin/${name}`).filter((shell) => existsSync(shell))

function exportedBy(shell: string, text: string): Map<string, string> {
  const output = execFileSync(shell, ['-c', loop], {
    input: text,
    env: { LC_ALL: 'C.UTF-8', HOME: '/nonexistent' },
  })
  const entries = output
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const)
  return new Map(entries.filter(([name]) => name.startsWith('V')))
}

const name = fc.stringMatching(/^V[A-Za-z0-9_]{0,3}$/)
const value = fc.string({
  unit: fc.constantFrom(...Array.from('abZ09 =#\'"$`\\(){}[]*?!~&|;<>,.:/%@^+-_\té€😀')),
  maxLength: 12,
})
const assignment = fc.tuple(name, value).map(([left, right]) => `${left}=${right}`)
const noAssignment = fc.oneof(
  value.map((text) => `# ${text}`),
  value.map((text) => ` ${text}`),
  fc.constant(''),
  value.map((text) => text.replaceAll('=', '')),
)
const file = fc
  .tuple(
    fc.array(fc.oneof({ weight: 3, arbitrary: assignment }, noAssignment), { maxLength: 8 }),
    fc.boolean(),
  )
  .map(([lines, endsWithNewline]) => lines.join('\n') + (endsWithNewline ? '\n' : ''))

test('there is bash to compare with', () => expect(shells).toContainEqual(expect.stringMatching(/bash$/)))

test.each(shells)('a file says what %s exports with the loop of the specification', (shell) => {
  fc.assert(
    fc.property(file, (text) => {
      expect(parseEnvFile(text).values).toEqual(exportedBy(shell, text))
    }),
    { numRuns: 150 },
  )
})

test.each(shells.filter((shell) => shell.endsWith('bash')))(
  'a line with an invalid name is skipped, as %s does',
  (shell) => {
    const text = 'V1=a\n1V=b\nexport V2=c\nV-3=d\nV.4=e\nV5=f'
    expect(parseEnvFile(text).values).toEqual(exportedBy(shell, text))
  },
)
