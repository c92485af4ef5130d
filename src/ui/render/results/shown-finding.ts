/** A finding of `dray check` as it is drawn; lines and columns count from 1. */
export type ShownFinding = {
  code: string
  severity: 'error' | 'warning' | 'note'
  message: string
  why: string
  hint: string
  file: string
  line: number
  column: number
  endLine: number
  /** The first column after it. */
  endColumn: number
  /** The line of the file. */
  sourceLine: string
  /** `--fix` can fix it. */
  isFixable: boolean
}

/** The number of findings of each severity, and of those that `--fix` can fix. */
export type FindingCounts = { errors: number; warnings: number; notes: number; fixable: number }

export function countFindings(findings: readonly ShownFinding[]): FindingCounts {
  const count = (severity: ShownFinding['severity']): number =>
    findings.filter((it) => it.severity === severity).length
  return {
    errors: count('error'),
    warnings: count('warning'),
    notes: count('note'),
    fixable: findings.filter(({ isFixable }) => isFixable).length,
  }
}
