import type { Repository } from './repository.ts'
import type { SourceFile, Span } from './source-file.ts'

/** `error`: it fails, loses data or gives a secret away. `warning`: it hurts some day. `note`: good to know. */
export type Severity = 'error' | 'warning' | 'note'

/** Text that takes the place of a piece of a file; the file may be one that is not there yet. */
export type Edit = { file: SourceFile; start: number; end: number; text: string }

/** What a rule found. */
export type Found = {
  at: Span
  /** One sentence that names its subject. */
  message: string
  /** What mends it without changing anything else; absent where a person has to decide. */
  edits?: readonly Edit[]
  /** What stands at the place is not to be shown: it would be in a log as well. */
  isSecret?: boolean
}

/** A small repository, by path; all of its files count as tracked by git. */
export type Example = Readonly<Record<string, string>>

/** One thing that `dray check` looks for. docs/checks.md and the tests come from here. */
export type Rule = {
  /** Permanent, `AREA_WHAT`. */
  code: string
  severity: Severity
  /** What is wrong, in one sentence. */
  title: string
  /** What comes of it. */
  why: string
  /** What to do about it. */
  fix: string
  /** Has findings of this rule; where the rule can mend, `good` is what it makes of it. */
  bad: Example
  /** Has none. */
  good: Example
  check(repository: Repository): Iterable<Found>
}

/** The edit that puts `text` at a place. */
export function insertAt(file: SourceFile, offset: number, text: string): Edit {
  return { file, start: offset, end: offset, text }
}
