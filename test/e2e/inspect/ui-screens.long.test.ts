import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { findBarriers, findBarriersInAll } from '../../support/browser/find-barriers.ts'
import { openUiPage, type UiPage } from '../../support/browser/ui-page.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const server = net.server('srv1')
const place = { host: server.sshTarget, path: '/srv/watched' }
const hostile = `<img src=x onerror="document.title='taken'">`
let app: TestApp
let seen: UiPage
let page: UiPage['page']
let show: UiPage['show']

beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'watched',
    port: 8197,
    files: { 'docker-compose.yml': specCompose(8197), '.env.example': 'SHOP_START_MS=\nMAIL_FROM=\n' },
    config: { environments: { test: place, production: place } },
    envFile: 'SHOP_START_MS=300\nSHOP_SECRET=hunter2hunter2\n',
  })
  await app.mustDeploy('v1')
  seen = await openUiPage(app, net.client.entering(), { args: ['--write'] })
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

  test('of hundreds of thousands of lines do not stall the page, nor fill its memory', async () => {
    await show('/test/logs')
    const session = await seen.context.newCDPSession(page)
    const heapMb = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage')
      const { usedSize } = await session.send('Runtime.getHeapUsage')
      return usedSize / 1e6
    }
    const count = () => page.locator('.counts').innerText()
    const flood = (name: string) =>
      say('backend', `seq 1 150000 | sed 's/.*/${name} & of a flood/'; echo ${name} ends`)
    await flood('first')
    await lines().filter({ hasText: 'first ends' }).waitFor()
    const before = await heapMb()
    await flood('second')
    await lines().filter({ hasText: 'second ends' }).waitFor()
    expect(await heapMb()).toBeLessThan(before * 1.5 + 10)
    expect(await count()).toMatch(/of 300,\d+ lines; the page keeps the last 1[01]\d,\d{3}/)
    expect(await page.locator('.log-line').count()).toBeLessThan(200)

    await page.getByLabel('Only lines with').fill('SECOND 149999')
    await lines().filter({ hasText: 'second 149999 of a flood' }).waitFor()
    expect(await lines().count()).toBe(1)
    expect(await count()).toMatch(/^1 of 300,/)
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

test('every container has its use of CPU and memory, while its screen is open', async () => {
  await show('/test/containers')
  const backend = page.getByRole('row', { name: 'watched-backend-1' })
  await backend.getByText(/^\d+\.\d %$/).waitFor()
  expect(await backend.innerText()).toMatch(/✓ running[^]*healthy[^]* MB/)
  // Also for a screen reader, to which the marks do not exist.
  await backend
    .getByText(/^(healthy|unhealthy|starting) for \d+ /)
    .first()
    .waitFor()
  const { stdout } = await app.dray(['status', 'test', '--usage', '--json'])
  const { hosts } = JSON.parse(stdout) as { hosts: { containers: { name: string; cpuPercent: number }[] }[] }
  expect(hosts[0]?.containers.find(({ name }) => name === 'watched-backend-1')).toMatchObject({
    state: 'running',
    restarts: 0,
    cpuPercent: expect.any(Number) as number,
    memoryBytes: expect.any(Number) as number,
  })
  expect(await findBarriers(page)).toEqual([])
})

test('the disk, the checks and the variables are those of the commands, without a value', async () => {
  await show('/test/disk')
  await page.getByRole('row', { name: 'release r1 (v1)' }).waitFor()
  await page.getByRole('heading', { name: 'What dray clean test would free' }).waitFor()
  expect(await findBarriers(page)).toEqual([])

  await show('/test/checks')
  await page.getByText(/A deploy would (succeed|be refused)/).waitFor()
  expect(await page.locator('.checks li').first().innerText()).toMatch(/SSH/)
  await page.getByText(/dray check finds/).waitFor()
  expect(await findBarriers(page)).toEqual([])

  await show('/test/variables')
  await page.getByRole('row', { name: 'MAIL_FROM' }).getByText('✗ missing').waitFor()
  expect(await page.getByRole('row', { name: 'SHOP_SECRET' }).innerText()).toMatch(/! set/)
  expect(await page.content()).not.toContain('hunter2')
  expect(await findBarriers(page)).toEqual([])
})

test('ten tabs share one connection to the server', async () => {
  const logins = async (): Promise<number> =>
    Number((await server.run(['grep', '-c', 'Accepted publickey', '/var/log/sshd.log'])).stdout)
  const before = await logins()
  const tabs = await Promise.all(Array.from({ length: 10 }, () => seen.context.newPage()))
  await Promise.all(tabs.map((tab) => tab.goto(page.url().replace(/#.*/, '#/'))))
  for (const tab of tabs) await tab.getByRole('article', { name: 'test' }).getByText('✓ ok').waitFor()
  await tabs[9]?.evaluate("location.hash = '/test'")
  await tabs[9]?.locator('.event').first().waitFor()
  expect((await logins()) - before).toBe(0)
  // Another tab takes over from the one that received the events.
  await Promise.all(tabs.slice(0, 9).map((tab) => tab.close()))
  await app.compose('kill', 'frontend')
  await show('/')
  await page.getByRole('article', { name: 'test' }).getByText('✗ unhealthy').waitFor()
  await app.compose('start', 'frontend')
  await tabs[9]?.close()
})

test('a rollback shows its plan and its command line, and asks for the name of production', async () => {
  await app.mustDeploy('v2')
  await show(`/production/${encodeURIComponent(server.sshTarget)}/r1`)
  await page.getByRole('button', { name: 'Roll back to this…' }).click()
  await page.getByText('dray rollback production r1').waitFor()
  expect(await page.locator('.action li').allInnerTexts()).toContainEqual(
    expect.stringContaining('Switch traffic in nginx'),
  )
  expect(await findBarriers(page)).toEqual([])
  const go = page.getByRole('button', { name: 'Roll production back' })
  expect(await go.isDisabled()).toBe(true)
  const forged = await page.evaluate(async () => {
    const body = JSON.stringify({ environment: 'production', release: 'r1', confirm: '', plan: '' })
    const headers = { 'content-type': 'application/json' }
    return (await fetch('api/rollback', { method: 'POST', headers, body })).json()
  })
  expect(forged).toMatchObject({ failure: { message: 'The rollback of production was not confirmed.' } })
  const other = await page.evaluate(async () => {
    const body = JSON.stringify({ environment: 'test', release: 'r1', confirm: '', plan: 'another' })
    const headers = { 'content-type': 'application/json' }
    let state = (await (await fetch('api/rollback', { method: 'POST', headers, body })).json()) as object
    while ('state' in state && state.state === 'running')
      state = (await (await fetch('api/action?environment=test')).json()) as object
    return state
  })
  expect(other).toMatchObject({ state: 'failed', failure: { code: 'PLAN_CHANGED', exitCode: 3 } })
  expect(await app.version()).toBe('v2')
  await page.getByLabel('to confirm').fill('production')
  await go.click()
  await page.getByText('✓ Rolled back to r1.').waitFor()
  expect(await app.version()).toBe('v1')
  await page.getByRole('link', { name: 'Follow it step by step' }).click()
  await page.getByText(/✓ r3 \(v1\), rollback to r1, deployed in/).waitFor()
})

test('every screen is free of barriers and in its window, light and dark, at 360, 1280 and 2560 px', async () => {
  const release = `/${encodeURIComponent(server.sshTarget)}/r2`
  const screens = {
    '/': '.card',
    '/test': '.event',
    '/test/live': '.steps tr',
    '/test/logs': '.log-line',
    '/test/containers': 'td .spark + .range',
    '/test/disk': 'tbody tr',
    '/test/checks': '.checks li',
    '/test/variables': 'tbody tr',
    [`/test${release}`]: 'tbody tr',
    [`/production${release}`]: 'tbody tr',
  }
  for (const [hash, shown] of Object.entries(screens)) {
    await show(hash)
    await page.locator('main').locator(shown).first().waitFor()
    if (hash.startsWith('/production')) {
      await page.getByRole('button', { name: 'Roll back to this…' }).click()
      await page.locator('.action li').first().waitFor()
    }
    expect(await findBarriersInAll(page), hash).toEqual([])
  }
})

test('Ctrl-C during a rollback undoes it; the terminal says so, and it is the exit code', async () => {
  await app.mustDeploy('v2-slow-start')
  await app.mustDeploy('v2')
  await show(`/test/${encodeURIComponent(server.sshTarget)}/r4`)
  await page.getByRole('button', { name: 'Roll back to this…' }).click()
  await page.getByRole('button', { name: 'Roll test back' }).click()
  await page.getByRole('link', { name: 'Follow it step by step' }).click()
  await page.getByText(/↻ r6 .* is being deployed, [1-9]/).waitFor()
  seen.ui.running.kill('SIGINT')
  const { exitCode, stderr } = await seen.ui.running.done
  expect(exitCode, stderr).toBe(130)
  expect(stderr).toContain('Stopping: undoing the rollback of test')
  expect(stderr).toContain('The rollback of test to r4 failed.')
  expect(stderr).toMatch(/r5 .*serv/)
  expect(await app.version()).toBe('v2')
})
