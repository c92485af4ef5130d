import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { findBarriers } from '../../support/browser/find-barriers.ts'
import { focusedText, tabTo } from '../../support/browser/press-tab.ts'
import { openUiPage, type UiPage } from '../../support/browser/ui-page.ts'
import { watchStalls } from '../../support/browser/watch-stalls.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const server = net.server('srv1')
const port = 8203
const hostile = `<img src=x onerror="document.title='taken'">`
let app: TestApp
let seen: UiPage
let page: UiPage['page']
let show: UiPage['show']

beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'logged',
    port,
    files: { 'docker-compose.yml': specCompose(port) },
    config: { environments: { test: { host: server.sshTarget, path: '/srv/logged' } } },
    envFile: 'SHOP_START_MS=300\nSHOP_SECRET=hunter2hunter2\n',
  })
  await app.mustDeploy('v1')
  seen = await openUiPage(app, net.client.entering())
  ;({ page, show } = seen)
})

afterAll(async () => {
  await seen[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
})

/** Writes to the log of a container of a service. */
async function say(service: string, script: string): Promise<void> {
  const [id = ''] = await app.containerIds(service)
  await server.docker('exec', id, 'sh', '-c', `{ ${script}; } > /proc/1/fd/1`)
}

describe('the logs', () => {
  const lines = () => page.locator('.log-line')

  test('of all services are followed; what they say stays text, and tokens are masked', async () => {
    await show('/test/logs')
    await lines().filter({ hasText: 'shop backend v1 listens' }).waitFor()
    await say(
      'frontend',
      `printf '%s \\033[31m\\033]0;taken\\007 password=hunter2hunter2\\n' '${hostile.replaceAll("'", `'\\''`)}'`,
    )
    await lines().filter({ hasText: hostile }).waitFor()
    const text = await lines().filter({ hasText: hostile }).innerText()
    expect(text).toMatch(/^\d\d:\d\d:\d\d frontend-1 /)
    expect(text).not.toContain('\u001b')
    expect(text).not.toContain('hunter2hunter2')
    expect(await page.locator('main img').count()).toBe(0)
    expect(await findBarriers(page)).toEqual([])
  })

  test('of a million lines do not stall the page, nor fill its memory', async () => {
    await show('/test/logs')
    const session = await seen.context.newCDPSession(page)
    const heapMb = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage')
      const { usedSize } = await session.send('Runtime.getHeapUsage')
      return usedSize / 1e6
    }
    const count = () => page.locator('.counts').innerText()
    // A busy machine sends fewer in its time.
    const flood = async (name: string): Promise<void> => {
      await say(
        'backend',
        `timeout 30 seq 1 500000 | sed 's/.*/${name} & of a flood/' || true; echo ${name} ends`,
      )
      await lines()
        .filter({ hasText: `${name} ends` })
        .waitFor({ timeout: 150_000 })
    }
    const stalls = await watchStalls(page)
    const beganMs = performance.now()
    await flood('first')
    const floodMs = performance.now() - beganMs
    const firstStallMs = await stalls.longestMs()
    const before = await heapMb()
    const againMs = performance.now()
    await flood('second')
    const seconds = (floodMs + performance.now() - againMs) / 1000
    const stallMs = Math.max(firstStallMs, await stalls.longestMs())
    const counted = await count()
    process.stdout.write(
      `dray ui: ${counted} after ${seconds.toFixed(0)} s, the longest task took ${stallMs.toFixed(0)} ms\n`,
    )
    // A guard: in a stall, keys are not handled for seconds.
    expect(stallMs).toBeLessThan(2000)
    expect(await heapMb()).toBeLessThan(before * 1.5 + 10)
    expect(counted).toMatch(/of [\d,]+ lines; the page keeps the last 1[01]\d,\d{3}/)
    expect(await page.locator('.log-line').count()).toBeLessThan(200)

    await page.getByLabel('Only lines with').fill('SECOND ENDS')
    await lines().filter({ hasText: 'second ends' }).waitFor()
    expect(await lines().count()).toBe(1)
    expect(await count()).toMatch(/^1 of /)
    await page.getByLabel('Only lines with').fill('')
    await page.getByLabel('stay at the end').uncheck()
    await page.locator('.log').evaluate((log) => (log.scrollTop = 0))
    await expect.poll(() => page.getByLabel('stay at the end').isChecked()).toBe(false)
    await lines()
      .filter({ hasText: /^\d\d:\d\d:\d\d backend-1 +(first|second) \d+/ })
      .first()
      .waitFor()
  })
})

test('the logs are scrolled and left by keys alone', async () => {
  await show('/test')
  await show('/test/logs')
  await say('backend', `seq 1 300 | sed 's/^/by keys /'`)
  const said = (text: string) => page.locator('.log-line', { hasText: text })
  const follows = () => page.getByLabel('stay at the end').isChecked()
  const top = () => page.evaluate<number>("document.querySelector('.log').scrollTop")
  await said('by keys 300').waitFor()
  await tabTo(page, 'Logs of test')
  await page.keyboard.press('PageUp')
  await expect.poll(follows).toBe(false)
  await page.keyboard.press('Home')
  await expect.poll(top).toBe(0)
  const before = await page.locator('.counts').innerText()
  await say('backend', 'echo while it is read')
  await expect.poll(() => page.locator('.counts').innerText()).not.toBe(before)
  expect(await top()).toBe(0)
  await page.keyboard.press('ArrowDown')
  await expect.poll(top).toBeGreaterThan(0)
  await page.keyboard.press('End')
  await said('while it is read').waitFor()
  await expect.poll(follows).toBe(true)

  await tabTo(page, 'stay at the end', 'Shift+Tab')
  await page.keyboard.press('Space')
  expect(await follows()).toBe(false)
  await tabTo(page, 'Timeline', 'Shift+Tab')
  await page.keyboard.press('Enter')
  // The heading gets the focus after it was drawn.
  await expect.poll(() => focusedText(page)).toBe('Timeline of test')
})

test('in a window of 360 px, the lines continue in the next row, where they can be read', async () => {
  await show('/test')
  await page.setViewportSize({ width: 360, height: 740 })
  await show('/test/logs')
  await say('frontend', `echo "${'wide line '.repeat(30)}has its end here"`)
  const line = page.locator('.log-line', { hasText: 'has its end here' })
  await line.waitFor()
  const measured = async () => {
    const [box, at] = await Promise.all([page.locator('.log').boundingBox(), line.boundingBox()])
    const edges = [box, at].map((it) => (it === null ? 0 : it.x + it.width))
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    return { width, isInside: (edges[1] ?? 0) <= (edges[0] ?? 0), rows: (at?.height ?? 0) / 20 }
  }
  await expect.poll(measured).toMatchObject({ width: 360, isInside: true })
  // 316 characters of about 8 px, below their heading.
  const { rows } = await measured()
  expect(rows).toBeGreaterThan(8)
  expect(rows).toBeLessThan(14)
  const heights = `[...document.querySelectorAll('.log-line')].reduce((sum, it) => sum + it.offsetHeight, 0)`
  const drawn = await page.evaluate<number>(heights)
  expect(await page.evaluate("document.querySelector('.log-all').offsetHeight")).toBeGreaterThanOrEqual(drawn)
  expect(await findBarriers(page)).toEqual([])
  await page.setViewportSize({ width: 1280, height: 720 })
  await expect.poll(async () => (await line.boundingBox())?.height).toBe(20)
})

test('logs of a host that dies continue when it is back, without a gap and without a line twice', async () => {
  await show('/test')
  await show('/test/logs')
  const said = (text: string) => page.locator('.log-line', { hasText: text })
  await say('frontend', 'echo before the break')
  await said('before the break').waitFor()
  await server.cutLine()
  await page.locator('main .problem').first().waitFor()
  await say('frontend', 'echo during the break')
  await server.mendLine()
  await said('during the break').waitFor()
  await say('frontend', 'echo after the break')
  await said('after the break').waitFor()
  for (const when of ['before', 'during', 'after'])
    expect(await said(`${when} the break`).count(), when).toBe(1)
  await expect.poll(() => page.locator('main .problem').count()).toBe(0)
})
