import { diffLines, toLines, type DiffLine } from './diff-lines.ts'

const CONTEXT = 3

/**
 * The hunks of a unified diff, as `diff -u` and `patch` know them, without the two lines of names. None where the texts have
 * the same lines. https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function unifiedDiff(before: string, after: string): string[] {
  const lines = diffLines(toLines(before), toLines(after))
  return hunksOf(lines).flatMap(([start, end]) => {
    const hunk = lines.slice(start, end)
    const ahead = lines.slice(0, start)
    const range = (other: '+' | '-'): string => {
      const skipped = ahead.filter(({ sign }) => sign !== other).length
      const count = hunk.filter(({ sign }) => sign !== other).length
      return `${count === 0 ? skipped : skipped + 1}${count === 1 ? '' : `,${count}`}`
    }
    return [`@@ -${range('+')} +${range('-')} @@`, ...hunk.map(({ sign, text }) => sign + text)]
  })
}

/** From which line to which: changes with the lines around them, those that touch together. */
function hunksOf(lines: readonly DiffLine[]): [start: number, end: number][] {
  const hunks: [number, number][] = []
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue
    const last = hunks.at(-1)
    const end = Math.min(lines.length, index + CONTEXT + 1)
    if (last !== undefined && index - CONTEXT <= last[1]) last[1] = end
    else hunks.push([Math.max(0, index - CONTEXT), end])
  }
  return hunks
}
