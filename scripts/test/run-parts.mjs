/** Runs the parts of `npm test`: side by side where they may, and all of them even when one fails. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { readReport } from './read-report.mjs'
import { runProcess } from './run-process.mjs'

/**
 * @typedef {object} Part
 * @property {string} name label of its output, and its row in the table
 * @property {readonly string[]} command program and arguments; a suite's gets those for a report of vitest as well
 * @property {boolean} [isSuite] runs tests; without, the part passes or fails as a whole
 * @property {readonly string[]} [needs] parts that must have passed; otherwise this one is not run, which is a failure
 * @property {readonly string[]} [after] parts that must have ended, whether or not they passed
 */

/**
 * @typedef {object} PartResult
 * @property {string} name
 * @property {boolean} isSuite
 * @property {'passed' | 'failed' | 'not run'} outcome
 * @property {number} passed tests; 0 for a part that is no suite
 * @property {number} failed tests; 1 for a part that failed without any
 * @property {number} skipped tests
 * @property {number} seconds
 * @property {readonly string[]} failures a line each: the failed tests, or why the part failed without one
 */

/**
 * @typedef {object} RunOptions
 * @property {(line: string) => void} print gets each line of output, labelled
 * @property {AbortSignal} signal ends what runs; the rest is not run
 * @property {string} [cwd]
 */

/**
 * @param {readonly Part[]} parts each after those that it names
 * @param {RunOptions} options
 * @returns {Promise<PartResult[]>} in the order of the parts
 */
export async function runParts(parts, options) {
  const reports = await mkdtemp(join(tmpdir(), 'dray-parts-'))
  const width = Math.max(...parts.map(({ name }) => name.length))
  /** @type {Map<string, Promise<PartResult>>} */
  const results = new Map()
  const resultsOf = (/** @type {readonly string[]} */ names = []) =>
    Promise.all(names.map((name) => results.get(name) ?? Promise.reject(new Error(`no part ${name} before`))))
  try {
    for (const part of parts) {
      const print = (/** @type {string} */ line) => options.print(`${part.name.padEnd(width)} │ ${line}`)
      const run = async () => {
        const needed = await resultsOf(part.needs)
        await resultsOf(part.after)
        const missing = needed.find(({ outcome }) => outcome !== 'passed')
        if (missing !== undefined) return notRun(part, `not run, because ${missing.name} did not pass`)
        if (options.signal.aborted) return notRun(part, 'not run, because the tests were interrupted')
        return runPart(part, join(reports, `${part.name}.json`), { ...options, print })
      }
      results.set(part.name, run())
    }
    return await Promise.all(results.values())
  } finally {
    await rm(reports, { recursive: true, force: true })
  }
}

/**
 * @param {Part} part
 * @param {string} why
 * @returns {PartResult}
 */
function notRun({ name, isSuite = false }, why) {
  const counts = { passed: 0, failed: 1, skipped: 0, seconds: 0 }
  return { name, isSuite, outcome: 'not run', ...counts, failures: [why] }
}

/**
 * @param {Part} part
 * @param {string} reportFile where vitest writes its report
 * @param {RunOptions} options
 * @returns {Promise<PartResult>}
 */
async function runPart({ name, command, isSuite = false }, reportFile, options) {
  const startedAtMs = performance.now()
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const fault = await runProcess(isSuite ? [...command, ...reporters] : command, options)
  const counts = isSuite ? await readReport(reportFile, options.cwd) : { passed: 0, skipped: 0, failures: [] }
  const failures = [...counts.failures]
  if (failures.length === 0 && isSuite && counts.passed === 0) failures.push('no test was run')
  if (failures.length === 0 && fault !== undefined) failures.push(fault)
  const seconds = (performance.now() - startedAtMs) / 1000
  const outcome = failures.length === 0 ? 'passed' : 'failed'
  return { ...counts, name, isSuite, outcome, failed: failures.length, seconds, failures }
}
