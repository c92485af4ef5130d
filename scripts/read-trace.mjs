/** Gives a stack trace of dist/dray.mjs the files and lines of `src`: `node scripts/read-trace.mjs < FILE`. */
import { SourceMap } from 'node:module'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(await readTrace(await text(process.stdin)))
}

/**
 * Returns the trace with `src/FILE:LINE:COLUMN` instead of `dray.mjs:LINE:COLUMN`. The same commit gives the same bundle,
 * so the trace must be of a bundle of this commit.
 *
 * @param {string} trace
 * @returns {Promise<string>}
 */
export async function readTrace(trace) {
  const map = new SourceMap(JSON.parse((await bundle()).sourceMap))
  return trace.replaceAll(/[^\s(]*dray\.mjs:(\d+):(\d+)/g, (position, line, column) => {
    // A trace counts from 1, a source map from 0.
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1)
    if (!('originalSource' in entry)) return position
    const source = entry.originalSource.replace(/^(?:\.\.\/)+/, '')
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
  })
}
