import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { findBarriers, findCutTables } from '../../support/browser/find-barriers.ts'
import { measureLoad, medianOf } from '../../support/browser/measure-load.ts'
import { focusedText, tabTo } from '../../support/browser/press-tab.ts'
import { guardMs, openUiPage, type UiPage } from '../../support/browser/ui-page.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const server = net.server('srv1')
const hostile = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
let app: TestApp
let seen: UiPage
let context: UiPage['context']
let page: UiPage['page']
let show: UiPage['show']

beforeAll(async () => {
  const host = server.sshTarget
  app = await TestApp.make({
    net,
    server,
    name: 'seen',
    port: 8195,
    files: { 'docker-compose.yml': specCompose(8195) },
    config: {
      environments: {
        production: { host, path: '/srv/seen' },
        away: { hosts: ['deploy@srv2:2299'], path: '/srv/seen' },
      },
    },
  })
  await deploy('v1')
  seen = await openUiPage(app, net.client.entering())
  ;({ context, page, show } = seen)
})

afterAll(async () => {
  await seen[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
})

async function deploy(tag: string): Promise<void> {
  const { exitCode, stderr } = await app.dray(['deploy', 'production', '--tag', tag], { timeoutMs: guardMs })
  expect(exitCode, stderr).toBe(0)
}

/** The part of the overview about an environment. */
function card(name: string): Locator {
  return page.getByRole('article', { name })
}

test('says whether production is well, and which host does not answer', async () => {
  await card('production').getByText('✓ ok').waitFor()
  const text = await card('production').innerText()
  expect(text).toMatch(/Release\s+r1\s+Tag\s+v1\s+Since\s+(just now|\d+ minutes? ago)\s+By\s+octocat@client/)
  expect(text).toMatch(/Services\s+[01]\/3 healthy, 2 without a check\s+Last deploy\s+✓ succeeded/)
  await card('away').getByText('deploy@srv2:2299 does not answer over SSH').waitFor()
  expect(await page.title()).toBe('? seen: away unknown')
  expect(page.url()).not.toContain('token')
})

test('loads few bytes in few requests, in a time that is printed', async () => {
  const loads = []
  while (loads.length < 10) loads.push(await measureLoad(seen))
  for (const { requests, bytes } of loads) {
    // The page, its script, its styles, its icon, and the events.
    expect(requests).toBeLessThanOrEqual(5)
    expect(bytes).toBeLessThan(45_000)
  }
  const loadedMs = medianOf(loads.map((it) => it.loadedMs))
  process.stdout.write(
    `dray ui: loaded after ${loadedMs.toFixed(0)} ms, the median of ${loads.length} loads\n`,
  )
})

test('a link opens the page once, and other sites cannot use it', async () => {
  const other = await seen.opened.browser.newContext()
  const visitor = await other.newPage()
  await visitor.goto(seen.ui.url.replace(/token=.*/, 'token=guessed'))
  expect(await visitor.innerText('body')).toContain('the link is incomplete')
  await other.close()
  const again = await context.newPage()
  expect((await again.goto(seen.ui.url))?.status()).toBe(200)
  await again.close()

  // In the same browser, whose cookie is right.
  const foreign = await context.newPage()
  const target = page.url().replace(/#.*/, '')
  const form = `<form method="post" action="${target}api/timeline?environment=production"><button>Win</button></form>`
  await foreign.route('http://foreign.example/', (route) =>
    route.fulfill({ contentType: 'text/html', body: form }),
  )
  await foreign.goto('http://foreign.example/')
  const [answer] = await Promise.all([foreign.waitForResponse(/api\/timeline/), foreign.click('button')])
  expect(answer.status()).toBe(405)
  const own = "fetch('api/rollback', { method: 'POST', body: '{}' }).then((answer) => answer.status)"
  expect(await page.evaluate(own)).toBe(405)
  await foreign.close()
})

/** The processes on the server that wait for a line of the journal. */
async function followers(): Promise<number> {
  const { stdout } = await server.run(['pgrep', '-fc', `^tail .*${app.path}/.dray/journal`])
  return Number(stdout)
}

test('a deploy is followed while it runs, step by step, and then nothing stays on the server', async () => {
  const timeline = await context.newPage()
  await timeline.goto(`${page.url().replace(/#.*/, '')}#/production`)
  await timeline.locator('.event', { hasText: 'r1' }).waitFor()
  await show('/production/live')
  const headline = page.locator('.progress [role=status]')
  await headline.getByText(/✓ r1 \(v1\) deployed in/).waitFor()
  expect(await followers()).toBe(1)

  await app.writeSource({ 'nginx/conf.d/extra.conf': `# ${hostile}\n` })
  const deploying = deploy('v2-slow-start')
  await headline.getByText(/↻ r2 \(v2-slow-start\) is being deployed, \d+ of \d+ steps done/).waitFor()
  await page.locator('.steps tr.running, .steps tr.waiting').first().waitFor()
  await timeline.locator('.event.busy', { hasText: 'r2' }).locator('.steps tr.running').first().waitFor()
  await deploying
  await headline.getByText(/✓ r2 \(v2-slow-start\) deployed in/).waitFor()
  const steps = page.locator('.steps tbody tr')
  expect(await page.locator('.steps tr.done').count()).toBe(await steps.count())
  expect(await steps.filter({ hasText: 'Switch traffic in nginx to the new backend' }).innerText()).toMatch(
    / s$/,
  )
  expect(await page.locator('.chart').innerText()).toMatch(/0 of \d+ failed[^]*: r1\s[^]*: r2$/)
  await timeline.locator('.event.good', { hasText: 'r2' }).waitFor()
  await timeline.close()
  await show('/')
  await expect.poll(followers).toBe(0)
})

describe('with hostile texts on the server', () => {
  beforeAll(async () => {
    const line = (event: string, fields: object): string =>
      `${JSON.stringify({ version: 1, at: Date.now(), release: 'r3', event, ...fields })}\n`
    const journal =
      line('deploy.started', { by: { user: hostile, machine: hostile }, tag: hostile }) +
      line('step.started', { step: 1, kind: 'run-task', task: hostile }) +
      line('step.finished', { step: 1, kind: 'run-task', outcome: 'failed', durationMs: 7 }) +
      line('undo.started', { code: 'TASK_FAILED', reason: hostile }) +
      line('deploy.finished', { outcome: 'failed', probe: { requests: 1200, failures: 3 } })
    await server.run(['tee', '-a', `${app.path}/.dray/journal.ndjson`], { input: journal })
  })

  test('they stay text on every screen', async () => {
    await page.reload()
    await show('/production')
    await page.locator('.event.bad', { hasText: hostile }).waitFor()
    expect(await page.locator('.event.bad').innerText()).toContain('3 of 1,200 requests failed')
    await page.getByRole('link', { name: 'r2', exact: true }).click()
    await page.getByRole('heading', { name: 'Release r2' }).waitFor()
    await page.locator('.patch', { hasText: hostile }).waitFor()
    expect(await page.locator('main').innerText()).toMatch(/Image of backend: v1 → v2-slow-start/)
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(await page.title()).not.toBe('taken')
  })

  test('every screen is free of barriers, light and dark, narrow and wide', async () => {
    const screens = [
      '/',
      '/production',
      '/production/live',
      `/production/${encodeURIComponent(server.sshTarget)}/r2`,
    ]
    for (const hash of screens) {
      await show(hash)
      await page.locator('.card, .event, .patch').first().waitFor()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await findBarriers(page), `${hash} ${colorScheme}`).toEqual([])
      }
      for (const width of [360, 2560]) {
        await page.setViewportSize({ width, height: 900 })
        await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(await findCutTables(page), `${hash} ${width} px`).toEqual([])
      }
    }
  })

  test('the keyboard alone leads from the top of the page to a release', async () => {
    await show('/')
    await page.reload()
    await card('production').waitFor()
    await page.keyboard.press('Tab')
    expect(await focusedText(page)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await tabTo(page, 'production')
    await page.keyboard.press('Enter')
    // The heading gets the focus after it was drawn.
    await expect.poll(() => focusedText(page)).toBe('Timeline of production')
    await page.locator('.event').first().waitFor()
    await tabTo(page, 'r2')
    await page.keyboard.press('Enter')
    await expect.poll(() => focusedText(page)).toBe('Release r2')
  })
})

test('a host that dies is shown, and comes back', async () => {
  await show('/')
  await card('production').getByText('✓ ok').waitFor()
  await server.cutLine()
  await card('production').getByText('Last known').waitFor()
  expect(await card('production').innerText()).toMatch(/unknown[^]*does not answer[^]*Release\s+r2/)
  await server.mendLine()
  await card('production').getByText('✓ ok').waitFor()
})

test('Ctrl-C ends it, and the page says that nothing answers', async () => {
  seen.ui.running.kill('SIGINT')
  expect((await seen.ui.running.done).exitCode).toBe(0)
  await page.getByRole('alert').getByText('dray does not answer').waitFor()
  await card('production').getByText('? last known').waitFor()
  expect(await page.title()).toMatch(/^\? seen: .*production.* not up to date$/)
})
