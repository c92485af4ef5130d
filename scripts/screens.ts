/**
 * Takes the pictures of `dray ui` for docs/ui.md: every screen, light and dark, with sample data from the real server in a real
 * browser. A screen in which axe finds a barrier fails.
 *
 *   npm run screens [-- DIRECTORY]    docs/images/ui unless told
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readPageArchive } from '../src/adapters/page/page-archive.ts'
import { startPageServer } from '../src/adapters/page/page-server.ts'
import { findBarriers } from '../test/support/browser/find-barriers.ts'
import { openBrowser } from '../test/support/browser/open-browser.ts'
import { bundlePage } from './bundle-page.mjs'
import { sampleOverview, sampleRelease, sampleTimeline } from './screens/sample-data.ts'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const directory = process.argv[2] ?? join(root, 'docs/images/ui')
const screens = {
  overview: { hash: '#/', shown: '.card', height: 640 },
  timeline: { hash: '#/production', shown: '.event', height: 700 },
  release: { hash: '#/production/deploy%40shop.example.com/r41', shown: '.patch', height: 940 },
}

Object.assign(globalThis, { PAGE_ARCHIVE: (await bundlePage(root)).archive })
const nowMs = Date.now()
const answers: Readonly<Record<string, unknown>> = {
  timeline: sampleTimeline(nowMs),
  release: sampleRelease(nowMs),
}
await using server = await startPageServer(0, {
  files: readPageArchive(),
  answer: async (question) => answers[question],
  follow: (send) => {
    send('overview', sampleOverview(nowMs))
    return { [Symbol.dispose]: () => undefined }
  },
})
await using opened = await openBrowser()
const page = await opened.browser.newPage({ reducedMotion: 'reduce' })
await mkdir(directory, { recursive: true })
await page.goto(server.url)
for (const [name, { hash, shown, height }] of Object.entries(screens)) {
  await page.setViewportSize({ width: 1180, height })
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
  await page.locator(shown).first().waitFor()
  if (name === 'timeline') await page.locator('summary').nth(1).click()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const barriers = await findBarriers(page)
    if (barriers.length > 0) throw new Error(`${name}, ${colorScheme}: ${barriers.join('\n')}`)
    const path = join(directory, `${name}-${colorScheme}.png`)
    await page.screenshot({ path })
    console.log(path)
  }
}
