import { afterAll, beforeAll, expect, test } from 'vitest'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { findBarriers, findBarriersInAll } from '../../support/browser/find-barriers.ts'
import { focusedText, tabTo } from '../../support/browser/press-tab.ts'
import { openUiPage, type UiPage } from '../../support/browser/ui-page.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const server = net.server('srv1')
const place = { host: server.sshTarget, path: '/srv/watched' }
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

test('every container has its use of CPU and memory, while its screen is open', async () => {
  await show('/test/containers')
  const backend = page.getByRole('row', { name: 'watched-backend-1' })
  await backend.getByText(/^\d+\.\d %$/).waitFor()
  // Docker checks it for the first time ten seconds after its start.
  await expect.poll(() => backend.innerText(), { timeout: 60_000 }).toMatch(/✓ running[^]*healthy[^]* MB/)
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

test('the keyboard alone leads to a release and to the plan of a rollback, and back to its button', async () => {
  await show('/')
  await page.reload()
  await page.getByRole('article', { name: 'test' }).waitFor()
  await tabTo(page, 'Skip to the content')
  await page.keyboard.press('Enter')
  await tabTo(page, 'test')
  await page.keyboard.press('Enter')
  await expect.poll(() => focusedText(page)).toBe('Timeline of test')
  await page.locator('.event').first().waitFor()
  await tabTo(page, 'r2')
  await page.keyboard.press('Enter')
  await expect.poll(() => focusedText(page)).toBe('Release r2')
  await page.getByRole('button', { name: 'Roll back to this…' }).waitFor()
  await tabTo(page, 'Roll back to this…')
  await page.keyboard.press('Enter')
  await expect.poll(() => focusedText(page)).toBe('Roll test back to r2')
  await page.locator('.action li').first().waitFor()
  await tabTo(page, 'Cancel')
  await page.keyboard.press('Enter')
  await expect.poll(() => focusedText(page)).toBe('Roll back to this…')
  expect(await page.locator('.action').count()).toBe(0)
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
