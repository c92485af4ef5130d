import type { Page } from 'playwright-core'

/** The tasks of a page that kept it from handling a key, from the start of watching. */
type Stalls = {
  /** How long the longest took, in milliseconds; 0 if none took 50. */
  longestMs: () => Promise<number>
}

/** How long the task takes that shows that tasks are measured. */
const KNOWN_MS = 200

/** Watches the main thread of a page. Throws if it does not see a stall that it causes. https://www.w3.org/TR/longtasks/ */
export async function watchStalls(page: Page): Promise<Stalls> {
  await page.evaluate(`(() => {
    globalThis.longestMs = 0
    const take = (list) => {
      for (const { duration } of list.getEntries()) globalThis.longestMs = Math.max(globalThis.longestMs, duration)
    }
    new PerformanceObserver(take).observe({ type: 'longtask' })
    setTimeout(() => {
      const endMs = performance.now() + ${KNOWN_MS}
      while (performance.now() < endMs);
    })
  })()`)
  await page.waitForFunction(`globalThis.longestMs >= ${KNOWN_MS}`)
  await page.evaluate('globalThis.longestMs = 0')
  return { longestMs: () => page.evaluate<number>('globalThis.longestMs') }
}
