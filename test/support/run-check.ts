import { checkRepository, type Finding } from '../../src/check/check-repository.ts'
import type { Example, Rule } from '../../src/check/rule.ts'

/** Findings in a small repository whose files are all tracked. */
export function check(
  files: Example,
  options: { githubName?: string; rules?: readonly Rule[] } = {},
): Finding[] {
  const { githubName, rules } = options
  return checkRepository({ files, tracked: new Set(Object.keys(files)), githubName }, rules)
}

/** `file:line:column severity CODE message`, a line each. */
export function show(findings: readonly Finding[]): string[] {
  return findings.map(
    ({ file, line, column, severity, code, message }) =>
      `${file}:${line}:${column} ${severity} ${code} ${message}`,
  )
}
