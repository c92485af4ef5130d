/** What `npm test` prints at its end. */

/** @typedef {import('./run-parts.mjs').PartResult} PartResult */

const headings = ['part', 'result', 'passed', 'failed', 'skipped', 'seconds']

/**
 * Renders the failures, a table of the parts, and a last line that machines read: `N passed, N failed[, N skipped]`.
 * Its numbers are tests; a part that failed without a failed test counts as one.
 * @param {readonly PartResult[]} results
 * @param {number} seconds that all of it took
 * @returns {string}
 */
export function renderResults(results, seconds) {
  const failures = results.flatMap(({ name, failures }) => failures.map((line) => `${name}: ${line}`))
  const total = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    results.reduce((sum, result) => sum + result[key], 0)
  const [passed, failed, skipped] = [total('passed'), total('failed'), total('skipped')]
  const rows = [
    headings,
    ...results.map(rowOf),
    ['total', failed === 0 ? 'passed' : 'failed', ...[passed, failed, skipped].map(String), shown(seconds)],
  ]
  const sum = `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
  return [...failures, ...(failures.length > 0 ? [''] : []), ...alignColumns(rows), '', sum, ''].join('\n')
}

/** @param {PartResult} result */
function rowOf({ name, isSuite, outcome, passed, failed, skipped, seconds }) {
  const counts = isSuite && outcome !== 'not run' ? [passed, failed, skipped].map(String) : ['-', '-', '-']
  return [name, outcome, ...counts, shown(seconds)]
}

/** @param {number} seconds */
function shown(seconds) {
  return seconds.toFixed(1)
}

/**
 * @param {readonly (readonly string[])[]} rows
 * @returns {string[]} words to the left, numbers to the right
 */
function alignColumns(rows) {
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column < 2 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  '),
  )
}
