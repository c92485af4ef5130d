/**
 * Takes the pictures of `dray ui` for docs/ui.md: every screen, light and dark, with sample data from the real server in a real
 * browser. A screen in which axe finds a barrier fails.
 *
 *   npm run screens [-- DIRECTORY [WIDTH]]    docs/images/ui and 1180 unless told
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readPageArchive } from '../src/adapters/page/page-archive.ts'
import { startPageServer } from '../src/adapters/page/page-server.ts'
import { findBarriers } from '../test/support/browser/find-barriers.ts'
import { openBrowser } from '../test/support/browser/open-browser.ts'
import { bundlePage } from './bundle-page.mjs'
import { sampleLive, sampleTimeline } from './screens/sample-attempts.ts'
import { sampleOlder, sampleOverview, sampleRelease } from './screens/sample-data.ts'
import {
  sampleChecks,
  sampleContainers,
  sampleDisk,
  sampleLogs,
  sampleRollback,
  sampleVariables,
} from './screens/sample-screens.ts'
import { sampleStack } from './screens/sample-stack.ts'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const directory = process.argv[2] ?? join(root, 'docs/images/ui')
const width = Number(process.argv[3] ?? 1180)
const screens = {
  overview: { hash: '#/', shown: '.card', height: 640 },
  timeline: { hash: '#/production', shown: '.event', height: 700 },
  live: { hash: '#/production/live', shown: '.progress', height: 760 },
  logs: { hash: '#/production/logs', shown: '.log-line', height: 640 },
  containers: { hash: '#/production/containers', shown: 'tbody tr', height: 470 },
  disk: { hash: '#/production/disk', shown: 'tbody tr', height: 720 },
  checks: { hash: '#/production/checks', shown: '.checks li', height: 720 },
  variables: { hash: '#/production/variables', shown: 'tbody tr', height: 440 },
  rollback: { hash: '#/production/deploy%40shop.example.com/r38', shown: 'button', height: 860 },
  release: { hash: '#/production/deploy%40shop.example.com/r41', shown: '.patch', height: 940 },
  // Of an app with `engine: swarm`.
  stack: { hash: '#/production/containers', shown: 'h3', height: 700 },
}

Object.assign(globalThis, { PAGE_ARCHIVE: (await bundlePage(root)).archive })
const nowMs = Date.now()
const views = new Set<string>()
/** The lines come once, to each view. */
function logsFor(view: string): unknown {
  const { lines, ...logs } = sampleLogs(nowMs)
  const isNew = !views.has(view)
  views.add(view)
  return { ...logs, lines: isNew ? lines : [] }
}
const answers: Readonly<Record<string, () => unknown>> = {
  timeline: () => sampleTimeline(nowMs),
  release: () => sampleRelease(nowMs),
  // Under way, whenever it is asked for.
  live: () => sampleLive(Date.now()),
  // Measured just now, however long the pictures before it took.
  containers: () => sampleContainers(Date.now()),
  disk: sampleDisk,
  checks: sampleChecks,
  variables: sampleVariables,
  rollback: sampleRollback,
}
let tell: ((event: string, data: unknown) => void) | undefined
await using server = await startPageServer(0, {
  files: readPageArchive(),
  answer: async (question, query) => {
    if (question === 'logs') return logsFor(query.get('view') ?? '')
    if (question === 'release' && query.get('release') === 'r38') return sampleOlder(nowMs)
    return answers[question]?.()
  },
  follow: (send) => {
    tell = send
    send('overview', sampleOverview(nowMs))
    return { [Symbol.dispose]: () => undefined }
  },
})
await using opened = await openBrowser()
const page = await opened.browser.newPage({ reducedMotion: 'reduce' })
await mkdir(directory, { recursive: true })
await page.goto(server.url)
for (const [name, { hash, shown, height }] of Object.entries(screens)) {
  await page.setViewportSize({ width, height })
  if (name === 'stack') tell?.('overview', sampleStack(nowMs))
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
  await page.locator(shown).first().waitFor()
  if (name === 'timeline') await page.locator('summary').nth(1).click()
  if (name === 'rollback') {
    await page.getByRole('button', { name: 'Roll back to this…' }).click()
    await page.locator('.action li').first().waitFor()
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const barriers = await findBarriers(page)
    if (barriers.length > 0) throw new Error(`${name}, ${colorScheme}: ${barriers.join('\n')}`)
    const path = join(directory, `${name}-${colorScheme}.png`)
    await page.screenshot({ path })
    console.log(path)
  }
}
