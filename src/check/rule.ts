import type { Repository } from './repository.ts'
import type { SourceFile, Span } from './source-file.ts'

/** `error`: it fails, loses data or exposes a secret. `warning`: it causes damage later. `note`: good to know. */
export type Severity = 'error' | 'warning' | 'note'

/** Text that replaces a part of a file; the file may not exist yet. */
export type Edit = { file: SourceFile; start: number; end: number; text: string }

/** A finding of a rule, before its place is computed. */
export type Found = {
  at: Span
  /** One sentence that names its subject. */
  message: string
  /** Edits that fix it and change nothing else; absent if a person has to decide. */
  edits?: readonly Edit[]
  /** The text at this place must not be shown, since it would get into logs. */
  isSecret?: boolean
  /** If it differs from that of the rule. */
  severity?: Severity
}

/** A small repository, by path; all of its files count as tracked by git. */
export type Example = Readonly<Record<string, string>>

/** A check of `dray check`. docs/checks.md and the tests are generated from it. */
export type Rule = {
  /** Permanent, `AREA_WHAT`. */
  code: string
  severity: Severity
  /** The problem, in one sentence. */
  title: string
  /** Its consequences. */
  why: string
  /** The next action. */
  hint: string
  /** Has findings of this rule. If the rule has edits, they turn it into `good`. */
  bad: Example
  /** Has no findings of this rule. */
  good: Example
  check(repository: Repository): Iterable<Found>
}

/** The edit that inserts `text` at an offset. */
export function insertAt(file: SourceFile, offset: number, text: string): Edit {
  return { file, start: offset, end: offset, text }
}
