import { afterAll, beforeAll, expect, test } from 'vitest'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { findBarriers } from '../../support/browser/find-barriers.ts'
import { openUiPage, type UiPage } from '../../support/browser/ui-page.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const [one, two] = [net.server('srv1'), net.server('srv2')]
const port = 8199
let app: TestApp
/** The same app as its users see it on the second server. */
let twin: TestApp
let seen: UiPage
let page: UiPage['page']
let show: UiPage['show']

beforeAll(async () => {
  const options = { net, name: 'pair', port }
  const config = { environments: { test: { hosts: [one.sshTarget, two.sshTarget], path: '/srv/pair' } } }
  twin = await TestApp.make({ ...options, server: two })
  const files = { 'docker-compose.yml': specCompose(port) }
  app = await TestApp.make({ ...options, server: one, config, files })
  await app.mustDeploy('v1')
  seen = await openUiPage(app, net.client.entering())
  ;({ page, show } = seen)
})

afterAll(async () => {
  await seen[Symbol.asyncDispose]()
  await Promise.all([app, twin].map((it) => it[Symbol.asyncDispose]()))
})

/** The part of a screen about a host. */
function partOf(host: string) {
  return page.locator('main section', { has: page.locator(`:is(h2, h3):text-is("${host}")`) })
}

/** Writes to the log of a container. */
async function say(of: TestApp, text: string): Promise<void> {
  const [id = ''] = await of.containerIds('backend')
  await of.server.docker('exec', id, 'sh', '-c', `echo ${text} > /proc/1/fd/1`)
}

const said = (text: string) => page.locator('.log-line', { hasText: text })

test('of two hosts, each has its part on every screen', async () => {
  await show('/')
  await page.getByRole('article', { name: 'test' }).getByText('✓ ok').waitFor()
  for (const screen of ['', '/containers', '/disk', '/live']) {
    await show(`/test${screen}`)
    for (const { sshTarget } of [one, two])
      await partOf(sshTarget).locator('.event, tbody tr, .progress').first().waitFor()
  }
  expect(await findBarriers(page)).toEqual([])
})

test('a host that is down is said on each screen, the other stays, and both are there when it is back', async () => {
  await show('/')
  await two.cutLine()
  const card = page.getByRole('article', { name: 'test' })
  await card.getByText('? unknown').waitFor()
  expect(await partOf(one.sshTarget).innerText()).toMatch(/Release\s+r1/)
  expect(await partOf(two.sshTarget).innerText()).toMatch(
    /(does|did) not answer[^]*Last known[^]*Release\s+r1/,
  )
  for (const screen of ['', '/containers', '/disk', '/live']) {
    await show(`/test${screen}`)
    await partOf(two.sshTarget).locator('.problem', { hasText: 'does not answer' }).waitFor()
    await partOf(one.sshTarget).locator('.event, tbody tr, .progress').first().waitFor()
  }
  await show('/test/logs')
  await page.locator('.problem', { hasText: `${two.sshTarget} does not answer` }).waitFor()
  await say(app, 'while-the-other-is-down')
  await said('while-the-other-is-down').waitFor()

  await two.mendLine()
  await say(twin, 'back-again')
  await said('back-again').waitFor()
  await expect.poll(() => page.locator('.problem').count()).toBe(0)
  await show('/test/containers')
  await partOf(two.sshTarget).locator('tbody tr').first().waitFor()
  await show('/')
  await card.getByText('✓ ok').waitFor()
})

test('a host whose Docker alone is down is said where Docker is asked, and its journal is still shown', async () => {
  await show('/')
  await two.stopEngine()
  const card = page.getByRole('article', { name: 'test' })
  await card.getByText('? unknown').waitFor()
  expect(await partOf(two.sshTarget).innerText()).toMatch(/docker[^]*last known/i)
  for (const screen of ['/containers', '/disk']) {
    await show(`/test${screen}`)
    await partOf(two.sshTarget).locator('.problem', { hasText: 'Docker' }).waitFor()
    await partOf(one.sshTarget).locator('tbody tr').first().waitFor()
  }
  await show('/test/logs')
  await page.locator('.problem', { hasText: 'Docker' }).waitFor()
  await say(app, 'docker-of-the-other-is-down')
  await said('docker-of-the-other-is-down').waitFor()
  await show('/test')
  await partOf(two.sshTarget).locator('.event', { hasText: 'r1' }).waitFor()
  await show('/test/live')
  await partOf(two.sshTarget).locator('.progress', { hasText: 'r1' }).waitFor()

  await two.startEngine()
  await show('/test/logs')
  await page.locator('.log-line').first().waitFor()
  await expect.poll(() => page.locator('.problem').count()).toBe(0)
  await show('/')
  await card.getByText('✓ ok').waitFor()
})
