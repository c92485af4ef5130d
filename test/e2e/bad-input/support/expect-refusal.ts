import { expect } from 'vitest'
import type { ErrorCode } from '../../../../src/errors/catalogue.ts'
import { testToken } from '../../../support/net/registry.ts'
import type { RunResult } from '../../../support/net/run-command.ts'

export type Refusal = {
  code: ErrorCode
  exitCode: number
  /** What the message names. */
  says: string | RegExp
  /** What the hint, the last line, holds. */
  hint: string | RegExp
}

/** The command failed as it should: its code, exit code, subject and next command, and no secret anywhere. */
export function expectRefusal({ exitCode, stdout, stderr }: RunResult, refusal: Refusal): void {
  const hint = stderr.slice(stderr.lastIndexOf('  → '))
  const message = stderr.slice(stderr.lastIndexOf(`[${refusal.code}]`), stderr.lastIndexOf('  → '))
  expect(stderr).toContain(`[${refusal.code}]`)
  expect(message).toMatch(refusal.says)
  expect(hint).toMatch(refusal.hint)
  expect(exitCode).toBe(refusal.exitCode)
  expect(stdout + stderr).not.toContain(testToken)
  expect(stdout + stderr).not.toContain('trial-app-secret')
}
