import { describe, expect, test } from 'vitest'
import { applyEdits } from '../../../src/check/apply-edits.ts'
import { rules } from '../../../src/check/rules.ts'
import { check, show } from '../../support/run-check.ts'

describe.each(rules.map((rule) => [rule.code, rule] as const))('%s', (_, rule) => {
  test('finds the bad example, at a place within it', () => {
    const findings = check(rule.bad, { rules: [rule] })
    expect(findings).not.toEqual([])
    for (const { message, sourceLine, column, endColumn, file } of findings) {
      expect(message).toMatch(/\.$/)
      if (rule.bad[file] === undefined || rule.bad[file] === '') continue
      expect(column).toBeLessThanOrEqual(sourceLine.length + 1)
      expect(endColumn).toBeLessThanOrEqual(sourceLine.length + 1)
    }
  })

  test('finds nothing in the good example', () => {
    expect(show(check(rule.good, { rules: [rule] }))).toEqual([])
  })

  test('turns the bad example into the good one where it can fix it', () => {
    const edits = check(rule.bad, { rules: [rule] }).flatMap((finding) => finding.edits)
    if (edits.length === 0) return
    expect({ ...rule.bad, ...Object.fromEntries(applyEdits(edits)) }).toEqual(rule.good)
  })
})

test('codes are permanent, upper case and unique', () => {
  const codes = rules.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  for (const code of codes) expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)+$/)
})
