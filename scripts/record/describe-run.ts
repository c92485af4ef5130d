import { wordsOf, type Film } from './find-spans.ts'

/**
 * Says in one sentence what a recorded demo shows, with its numbers as they stand in the results at its end.
 * @throws Error if the results are not there, or a request failed
 */
export function describeRun({ spans, durationMs }: Film): string {
  const text = spans
    .filter(({ toMs }) => toMs === durationMs)
    .map(({ runs }) => wordsOf(runs))
    .join('\n')
  const [, failed, sent] = /([\d,]+) of ([\d,]+) requests failed/.exec(text) ?? []
  if (failed === undefined || sent === undefined) throw new Error('The recording has no results at its end.')
  if (failed !== '0') throw new Error(`${failed} of ${sent} requests failed: record the demo again.`)
  return `Recorded from \`npm run demo\`: v2 replaces v1 under 200 requests per second, then a broken v3 is refused. ${failed} of ${sent} requests failed.`
}
