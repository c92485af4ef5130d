import type { TextComparison } from './compare-texts.ts'

/**
 * The hunks of a unified diff, as `diff -u` and `patch` know them, without the two lines of names.
 * https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function renderUnifiedDiff({ hunks }: TextComparison): string[] {
  return hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`,
    ...lines,
  ])
}

/** The format names the line before where there are no lines. */
function range(start: number, count: number): string {
  return `${count === 0 ? start - 1 : start}${count === 1 ? '' : `,${count}`}`
}
