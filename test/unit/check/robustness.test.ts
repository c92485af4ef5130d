import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdits } from '../../../src/check/apply-edits.ts'
import { rules } from '../../../src/check/rules.ts'
import { cpuMsOf } from '../../support/cpu-time.ts'
import { check } from '../../support/run-check.ts'

const paths = [
  '.github/workflows/deploy.yml',
  'docker-compose.yml',
  'dray.yml',
  'Dockerfile',
  'nginx/default.conf',
  'deploy.sh',
  '.env.example',
  '.gitignore',
  '.dockerignore',
]

/** Pieces of the examples and of what breaks parsers. */
const pieces = [
  ...rules.flatMap((rule) => Object.values(rule.bad).flatMap((text) => text.split('\n'))),
  ...[
    '"',
    "'",
    '${',
    '${{',
    '$(',
    '`',
    '<<EOF',
    '|',
    '>',
    '&a',
    '*a',
    '<<: *a',
    '- ',
    ': ',
    '{',
    '}',
    '[',
    '#',
    '\\',
    '\t',
    '\r',
  ],
]

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((list) => list.join('\n')),
  fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((list) => list.join('')),
)

const repository = fc.dictionary(fc.constantFrom(...paths), text, { maxKeys: paths.length })

describe('whatever files say', () => {
  test('the check ends, and every place is one of the file', () => {
    fc.assert(
      fc.property(repository, (files) => {
        for (const finding of check(files)) {
          const lines = (files[finding.file] ?? '').split('\n')
          expect(finding.line).toBeGreaterThanOrEqual(1)
          expect(finding.line).toBeLessThanOrEqual(lines.length)
          expect(finding.column).toBeLessThanOrEqual((lines[finding.line - 1] ?? '').length + 1)
          expect(finding.endColumn).toBeGreaterThanOrEqual(finding.column)
        }
      }),
      { numRuns: 150 },
    )
  })

  test('the same files give the same findings, in order, each once', () => {
    fc.assert(
      fc.property(repository, (files) => {
        const findings = check(files)
        expect(check(files)).toEqual(findings)
        const keys = findings.map(({ file, line, column, code, message }) =>
          JSON.stringify([file, line, column, code, message]),
        )
        expect(new Set(keys).size).toBe(keys.length)
      }),
      { numRuns: 40 },
    )
  })

  test('fixing removes only the fixed findings', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rules), fc.constantFrom(...rules), (one, other) => {
        const files = { ...one.bad, ...other.bad }
        const edits = check(files).flatMap((finding) => finding.edits)
        const fixed = { ...files, ...Object.fromEntries(applyEdits(edits)) }
        const left = check(fixed).filter((finding) => finding.edits.length > 0)
        expect(left.map(({ code, message }) => `${code} ${message}`)).toEqual([])
      }),
      { numRuns: 80 },
    )
  })
})

test('a script with more commands than a call may have arguments is read', () => {
  const run = 'a && b; '.repeat(112_000)
  const workflow = `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${run}\n`
  expect(() => check({ '.github/workflows/a.yml': workflow })).not.toThrow()
})

test.each<[string, string]>([
  ['many variables', `services: { web: { image: "${'${a:-'.repeat(2_000)}" } }`],
  ['commands within commands', `x ${'$('.repeat(5_000)}`],
  ['brackets without end', '{'.repeat(5_000)],
  ['quotes without end', `"${'\\"'.repeat(5_000)}`],
])('%s end soon', (_, text) => {
  const files = Object.fromEntries(paths.map((path) => [path, text]))
  expect(cpuMsOf(() => check(files))).toBeLessThan(5_000)
})

test('aliases of aliases do not multiply', () => {
  const levels = Array.from(
    { length: 30 },
    (_, index) => `l${index + 1}: &l${index + 1} [${`*l${index},`.repeat(9)}]`,
  )
  const files = {
    'docker-compose.yml': [
      'l0: &l0 x',
      ...levels,
      'services: { app: { image: *l30, environment: *l30 } }',
    ].join('\n'),
  }
  expect(() => check(files)).not.toThrow()
})
