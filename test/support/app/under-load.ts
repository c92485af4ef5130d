import { expect } from 'vitest'
import { runLoad, type RunLoadOptions } from '../load/run-load.ts'
import type { LoadReport } from '../load/load-report.ts'
import type { TestApp } from './test-app.ts'

/** So many answers, good or bad, come before and after. */
const settledAnswers = 30

/** More than a busy machine needs, less than nginx gives a container that is gone. */
const patienceMs = 30_000

/** Enough for 100 requests a second, some of which take two seconds. nginx has connections for 512 at once. */
const maxUnderWay = 150

/**
 * Does something while requests are sent to the app, 50 a second unless told, from shortly before until shortly after.
 * @returns what it gave, and what became of the requests
 */
export async function underLoad<T>(
  app: TestApp,
  load: Partial<RunLoadOptions>,
  action: () => Promise<T>,
): Promise<{ result: T; report: LoadReport }> {
  let answered = 0
  await using running = await runLoad({
    target: app.url,
    ratePerSecond: 50,
    timeoutMs: patienceMs,
    maxUnderWay,
    ...load,
    onProgress: ({ succeeded, failed }) => {
      answered = succeeded + failed
    },
  })
  const someMore = () => {
    const enough = answered + settledAnswers
    return running.waitUntil(({ succeeded, failed }) => succeeded + failed >= enough)
  }
  await someMore()
  const result = await action()
  await someMore()
  return { result, report: await running.stop() }
}

/** No request failed; the reasons are shown when one did. */
export function expectNoneFailed(report: LoadReport): void {
  expect({ reasons: report.reasons, failures: report.failures.slice(0, 5) }).toEqual({
    reasons: {},
    failures: [],
  })
  expect(report.succeeded).toBeGreaterThanOrEqual(2 * settledAnswers)
}
