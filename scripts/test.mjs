/**
 * `npm test`: sets up what is missing and runs every check and every suite. One that fails hides none of the others.
 * Ends with a table, and a last line `N passed, N failed`. Runs before `npm ci`, so it uses nothing but Node.
 *
 * Exit codes: 0 all passed; 1 a part failed, was not run, or ran no test; 128 + N ended by signal N.
 */
import { constants } from 'node:os'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parts } from './test/parts.mjs'
import { renderResults } from './test/render-results.mjs'
import { runParts } from './test/run-parts.mjs'

const interrupted = new AbortController()
/** @type {NodeJS.Signals[]} */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
for (const name of signals) {
  process.on(name, () => {
    process.exitCode = 128 + constants.signals[name]
    interrupted.abort()
  })
}

const startedAtMs = performance.now()
const results = await runParts(parts, {
  print: (line) => console.log(line),
  signal: interrupted.signal,
  cwd: fileURLToPath(new URL('..', import.meta.url)),
})
if (results.some(({ outcome }) => outcome !== 'passed')) process.exitCode ??= 1
console.log(`\n${renderResults(results, (performance.now() - startedAtMs) / 1000)}`)
