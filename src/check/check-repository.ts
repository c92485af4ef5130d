import { readRepository, type RepositoryInput } from './repository.ts'
import type { Edit, Found, Rule, Severity } from './rule.ts'
import { rules } from './rules.ts'
import { placeOf } from './source-file.ts'
import { findSuppressions, type Suppression } from './suppressions.ts'

/** One problem with its place. Lines and columns count from 1; `endColumn` is the first column after it. */
export type Finding = {
  code: string
  severity: Severity
  message: string
  why: string
  hint: string
  file: string
  line: number
  column: number
  endLine: number
  endColumn: number
  /** The line of the file, with a secret masked; empty for a file whose text is not read. */
  sourceLine: string
  edits: readonly Edit[]
}

/** Applies every rule. Findings are sorted by place and unique. Those that a comment suppresses with a reason are left out. */
export function checkRepository(input: RepositoryInput, selected: readonly Rule[] = rules): Finding[] {
  const repository = readRepository(input)
  const found = selected.flatMap((rule) => [...rule.check(repository)].map((it) => makeFinding(rule, it)))
  const suppressions = [...repository.files.values()].flatMap(findSuppressions)
  const isSuppressed = (finding: Finding): boolean => suppressions.some((it) => isMeant(it, finding))
  const kept = found.filter((finding) => !isSuppressed(finding))
  const unclear = suppressions.flatMap((it) => {
    const problem = problemOf(it, found)
    return problem === undefined ? [] : [makeFinding(suppressionRule, { at: it.at, message: problem })]
  })
  return unique([...kept, ...(selected === rules ? unclear : [])].sort(byPlace))
}

/** The rule for suppressing comments. */
export const suppressionRule = {
  code: 'IGNORE_UNCLEAR',
  severity: 'warning',
  title: 'A `dray-ignore` comment suppresses no finding, or has no reason.',
  why: 'Without a reason, a later reader cannot know whether the finding was checked. A comment that matches no finding hides the next one.',
  hint: 'Write `# dray-ignore CODE reason` on the line of the finding or alone on the line above it, or remove the comment.',
} as const

function isMeant(suppression: Suppression, finding: Finding): boolean {
  return (
    suppression.reason !== '' &&
    suppression.code === finding.code &&
    suppression.at.file.path === finding.file &&
    suppression.line === finding.line
  )
}

function problemOf(suppression: Suppression, found: readonly Finding[]): string | undefined {
  const { code, reason } = suppression
  if (!rules.some((rule) => rule.code === code)) return `The code \`${code}\` does not exist.`
  if (reason === '') return `The comment gives no reason for ignoring ${code}.`
  return found.some((finding) => isMeant(suppression, finding))
    ? undefined
    : `Line ${suppression.line} has no ${code}: remove the comment.`
}

type Text = Pick<Rule, 'code' | 'severity' | 'why' | 'hint'>

function makeFinding(rule: Text, found: Found): Finding {
  const { code, why, hint } = rule
  const { at, message, edits = [], isSecret = false, severity = rule.severity } = found
  const { path, text } = at.file
  const start = placeOf(text, at.start)
  // A finding shows one line; a longer span is marked to the end of that line.
  const lineEnd = text.indexOf('\n', at.start)
  const end = Math.max(at.start, Math.min(at.end, lineEnd < 0 ? text.length : lineEnd))
  const endColumn = start.column + (end - at.start)
  const sourceLine = (text.split('\n')[start.line - 1] ?? '').trimEnd()
  return {
    code,
    severity,
    message,
    why,
    hint,
    file: path,
    ...start,
    endLine: start.line,
    endColumn,
    sourceLine: isSecret ? mask(sourceLine, start.column - 1, endColumn - 1) : sourceLine,
    edits,
  }
}

/** The line with the span masked, in the same length so that columns stay correct. */
function mask(line: string, start: number, end: number): string {
  return line.slice(0, start) + '*'.repeat(Math.max(0, end - start)) + line.slice(end)
}

function byPlace(a: Finding, b: Finding): number {
  return (
    compare(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compare(a.code, b.code) ||
    compare(a.message, b.message)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function unique(findings: readonly Finding[]): Finding[] {
  const keys = new Set<string>()
  return findings.filter(({ code, file, line, column, message }) => {
    const key = JSON.stringify([code, file, line, column, message])
    return !keys.has(key) && keys.add(key)
  })
}
