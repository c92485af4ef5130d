/** Reads what vitest's JSON reporter wrote of a suite. */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} skipped
 * @property {string[]} failures a line for each failed test, and for each file that failed or was skipped as a whole
 */

/**
 * @param {string} reportFile
 * @param {string} [directory] that the names of test files are shown relative to
 * @returns {Promise<Counts>} of a suite that wrote no report: one failure
 */
export async function readReport(reportFile, directory = process.cwd()) {
  /** @type {{ testResults: FileResult[] }} */
  let report
  try {
    report = JSON.parse(await readFile(reportFile, 'utf8'))
  } catch {
    return { passed: 0, skipped: 0, failures: ['it ended without a report'] }
  }
  return countTests(report.testResults, directory)
}

/**
 * @typedef {object} FileResult
 * @property {string} name
 * @property {'passed' | 'failed'} status
 * @property {string} message
 * @property {{ status: string, fullName: string }[]} assertionResults
 */

/**
 * @param {readonly FileResult[]} files
 * @param {string} directory
 * @returns {Counts}
 */
function countTests(files, directory) {
  const counts = { passed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) }
  for (const { name, status, message, assertionResults } of files) {
    const file = relative(directory, name)
    const of = (/** @type {string} */ wanted) => assertionResults.filter((test) => test.status === wanted)
    const [passed, failed] = [of('passed'), of('failed')]
    counts.passed += passed.length
    counts.skipped += assertionResults.length - passed.length - failed.length
    counts.failures.push(...failed.map(({ fullName }) => `${file} > ${fullName}`))
    if (failed.length > 0) continue
    if (status === 'failed') counts.failures.push(`${file}: ${message.split('\n', 1)[0]}`)
    else if (passed.length === 0) counts.failures.push(`${file}: all of its tests were skipped`)
  }
  return counts
}
