import type { UiPage } from './ui-page.ts'

/** One load of the page without a cache, in a browser that has access. */
export type PageLoad = {
  /** Until the overview was there. */
  requests: number
  /** Of the files, as they were sent, without headers. */
  bytes: number
  /** From the start until all files were there and had run, and until something was painted. */
  loadedMs: number
  paintedMs: number
}

const READ_TIMES = `(() => {
  const [navigation] = performance.getEntriesByType('navigation')
  const files = [navigation, ...performance.getEntriesByType('resource').filter(({ name }) => !name.endsWith('/events'))]
  return {
    bytes: files.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    loadedMs: navigation.loadEventEnd,
    paintedMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now(),
  }
})()`

/** Loads the page in a new profile, which has the cookie alone. */
export async function measureLoad({ opened, context, page: known }: UiPage): Promise<PageLoad> {
  await using profile = await opened.browser.newContext()
  await profile.addCookies(await context.cookies(known.url()))
  const page = await profile.newPage()
  let requests = 0
  page.on('request', () => (requests += 1))
  await page.goto(known.url().replace(/#.*/, ''))
  await page.locator('.card').first().waitFor()
  const { bytes, loadedMs, paintedMs } = await page.evaluate<Omit<PageLoad, 'requests'>>(READ_TIMES)
  return { requests, bytes, loadedMs, paintedMs }
}

/** The middle of numbers. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
