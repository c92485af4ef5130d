import { writeFile } from 'node:fs/promises'
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

let archive: Readonly<Record<string, string>>

beforeAll(async () => {
  archive = (await bundlePage(root)).archive
  vi.stubGlobal('PAGE_ARCHIVE', archive)
})

afterAll(() => vi.unstubAllGlobals())

test('the page is four files of at most 45 kB in all, as they are sent', () => {
  expect(Object.keys(archive).sort()).toEqual(['app.css', 'app.js', 'icon.svg', 'index.html'])
  const bytes = Object.values(archive).map((base64) => Buffer.from(base64, 'base64').length)
  expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(45_000)
})

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

test('an environment that cannot be read answers every question with the reason, until dray.yml is corrected', async () => {
  const broken = files['dray.yml'].replace('path: /srv/shop', 'compose: gone.yml, path: /srv/shop')
  const cwd = await makeProject({ ...files, 'dray.yml': broken })
  const stop = new AbortController()
  let stdout = ''
  const running = runCli(['ui', '--json'], { cwd, signal: stop.signal, onStdout: (text) => (stdout += text) })
  await expect.poll(() => stdout).toContain('"type":"ui.started"')
  const { url } = JSON.parse(stdout) as { url: string }
  const cookie = (await fetch(url)).headers.getSetCookie()[0]?.replace(/;.*/, '') ?? ''
  const ask = async (question: string): Promise<unknown> => {
    const answer = await fetch(`${url.replace(/\?.*/, '')}api/${question}?environment=test`, {
      headers: { cookie },
    })
    return answer.status === 200 ? answer.json() : answer.status
  }
  for (const question of ['timeline', 'live', 'logs', 'containers', 'disk', 'checks', 'variables', 'release'])
    expect(await ask(question), question).toMatchObject({ failure: { code: 'COMPOSE_MISSING' } })
  expect(await ask('other')).toBe(404)

  const following = new AbortController()
  const events = await fetch(`${url.replace(/\?.*/, '')}events`, {
    headers: { cookie },
    signal: following.signal,
  })
  expect(events.status).toBe(200)
  await writeFile(`${cwd}/dray.yml`, files['dray.yml'])
  await expect
    .poll(() => ask('timeline'))
    .toMatchObject({ hosts: [{ host: 'deploy@nowhere.invalid', failure: { code: 'HOST_UNREACHABLE' } }] })
  following.abort()
  stop.abort()
  expect((await running).exitCode).toBe(0)
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
  const tooHigh = await runCli(['ui', '--port', '70000'], { cwd })
  expect(tooHigh.exitCode).toBe(2)
  expect(tooHigh.stderr).toContain('The value `70000` of --port is not a number from 1 to 65535.')
  expect((await runCli(['ui', 'elsewhere'], { cwd })).stderr).toContain('ENVIRONMENT_UNKNOWN')
})
