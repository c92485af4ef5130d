import { describe, expect, test } from 'vitest'
import { applyEdits } from '../../../src/check/apply-edits.ts'
import { rules } from '../../../src/check/rules.ts'
import { check, show } from '../../support/run-check.ts'
import { badFindings } from './bad-findings.ts'

describe.each(rules.map((rule) => [rule.code, rule] as const))('%s', (code, rule) => {
  const findings = check(rule.bad, { rules: [rule] })

  test('finds in the bad example exactly what is wrong with it', () => {
    const lines = findings.map(
      ({ file, line, column, endColumn, message, edits }) =>
        `${file}:${line}:${column}-${endColumn} ${message}${edits.length > 0 ? ' [fix]' : ''}`,
    )
    expect(lines).toEqual(badFindings[code])
  })

  test('says it in sentences, at a place within the line', () => {
    for (const { message, sourceLine, column, endColumn } of findings) {
      expect(message).toMatch(/\.$/)
      expect(column).toBeLessThanOrEqual(sourceLine.length + 1)
      expect(endColumn).toBeLessThanOrEqual(sourceLine.length + 1)
    }
  })

  test('finds nothing in the good example', () => {
    expect(show(check(rule.good, { rules: [rule] }))).toEqual([])
  })
})

const fixing = rules.filter(({ code }) => badFindings[code]?.some((line) => line.endsWith(' [fix]')))

test.each(fixing.map((rule) => [rule.code, rule] as const))(
  '%s turns its bad example into its good one',
  (_, rule) => {
    const edits = check(rule.bad, { rules: [rule] }).flatMap((finding) => finding.edits)
    expect({ ...rule.bad, ...Object.fromEntries(applyEdits(edits)) }).toEqual(rule.good)
  },
)

test('codes are permanent, upper case and unique', () => {
  const codes = rules.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  for (const code of codes) expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)+$/)
})
