import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { bundlePage } from '../../scripts/bundle-page.mjs'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const files = {
  'compose.yml': 'services:\n  api:\n    image: ghcr.io/acme/shop\n',
  'dray.yml': 'app: shop\nenvironments:\n  test: { host: deploy@nowhere.invalid, path: /srv/shop }\n',
}
const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')

beforeAll(async () => {
  vi.stubGlobal('PAGE_ARCHIVE', (await bundlePage(root)).archive)
})

afterAll(() => vi.unstubAllGlobals())

test('serves the page until it is stopped, and a host that does not answer is part of it', async () => {
  const cwd = await makeProject(files)
  const stop = new AbortController()
  let stdout = ''
  const running = runCli(['ui', '--json'], { cwd, signal: stop.signal, onStdout: (text) => (stdout += text) })
  await expect.poll(() => stdout).toContain('"type":"ui.started"')
  const { url } = JSON.parse(stdout) as { url: string }
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/\?token=[\w-]{32}$/)

  const page = await fetch(url)
  const html = await page.text()
  expect(html).toContain('<script type="module" src="app.js">')
  const headers = { cookie: page.headers.getSetCookie()[0]?.replace(/;.*/, '') ?? '' }
  const base = url.replace(/\?.*/, '')
  for (const name of ['app.js', 'app.css', 'icon.svg'])
    expect((await fetch(base + name, { headers })).status, name).toBe(200)
  const timeline: unknown = await (await fetch(`${base}api/timeline?environment=test`, { headers })).json()
  expect(timeline).toMatchObject({
    hosts: [{ host: 'deploy@nowhere.invalid', failure: { code: 'HOST_UNREACHABLE' } }],
  })
  const release = await fetch(`${base}api/release?environment=test&host=elsewhere&release=r1`, { headers })
  expect(release.status).toBe(404)

  stop.abort()
  expect(await running).toMatchObject({ exitCode: 0, stderr: '' })
  await expect(fetch(base)).rejects.toThrow()
})

test('refuses a port in use, one that is not a number, and an unknown environment', async () => {
  const cwd = await makeProject(files)
  const taken = createServer().listen(0, '127.0.0.1')
  await expect.poll(() => taken.listening).toBe(true)
  const { port } = taken.address() as AddressInfo
  const refused = await runCli(['ui', '--port', String(port)], { cwd })
  expect(refused.exitCode).toBe(3)
  expect(refused.stderr).toContain(`Port ${port} of this machine is in use.`)
  expect(refused.stderr).toContain('UI_PORT_TAKEN')
  taken.close()
  expect((await runCli(['ui', '--port', 'eighty'], { cwd })).exitCode).toBe(2)
  expect((await runCli(['ui', 'elsewhere'], { cwd })).stderr).toContain('ENVIRONMENT_UNKNOWN')
})
