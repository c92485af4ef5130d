import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeProject } from '../support/make-project.ts'
import { runCli, type CliResult } from '../support/run-cli.ts'

const token = `github_pat_${'x'.repeat(30)}`
const workflow = `on: push
jobs:
  deploy:
    environment: production
    steps:
      - env: { KEY: "\${{ secrets.SSH_KEY }}", LATE: "\${{ secrets.LATE }}", URL: "\${{ vars.APP_URL }}" }
`
let github: Server
let apiUrl: string
let path: string
/** Paths that the token may not see, with the status that GitHub answers. */
let refused: Map<string, number>
let asked: string[]

/** As GitHub answers for names: lists in pages of 100, with their whole length. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://github')
  asked.push(`${request.headers.authorization ?? ''} ${url.pathname}${url.search}`)
  const place = url.pathname.replace('/repos/acme/shop/', '')
  const lists: Record<string, string[]> = {
    'actions/secrets': [...Array.from({ length: 120 }, (_, index) => `FILLER_${index}`), 'LATE'],
    'actions/organization-secrets': [],
    'environments/production/secrets': ['SSH_KEY'],
    'actions/variables': [],
    'actions/organization-variables': [],
  }
  const names = lists[place]
  const status = refused.get(place) ?? (names === undefined ? 404 : 200)
  const from = (Number(url.searchParams.get('page')) - 1) * 100
  const kind = place.endsWith('secrets') ? 'secrets' : 'variables'
  const page = (names ?? []).slice(from, from + 100).map((name) => ({ name }))
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(
    status === 200 ? JSON.stringify({ total_count: names?.length, [kind]: page }) : '{"message":"no"}',
  )
}

beforeAll(async () => {
  github = createServer(answer)
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve))
  apiUrl = `http://127.0.0.1:${(github.address() as AddressInfo).port}`
  path = await mkdtemp(join(tmpdir(), 'dray-secrets-'))
  await writeFile(join(path, '.env'), 'DATABASE_URL=hunter2\nAPI_KEY=\n', { mode: 0o600 })
})

afterAll(async () => {
  github.close()
  await rm(path, { recursive: true })
})

beforeEach(() => {
  refused = new Map()
  asked = []
})

async function secrets(args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  const cwd = await makeProject({
    'dray.yml': `registry: ghcr.io/acme\nenvironments:\n  production: { host: local, path: ${path} }\n`,
    'docker-compose.yml': 'services:\n  backend: { image: "a:${IMAGE_TAG:-latest}", env_file: .env }\n',
    '.env.example': 'DATABASE_URL=\nAPI_KEY=\nMAIL_KEY=\n',
    '.github/workflows/deploy.yml': workflow,
  })
  const result = await runCli(['secrets', ...args], { cwd, env: { GITHUB_REPOSITORY: 'acme/shop', ...env } })
  expect(result.stdout + result.stderr).not.toMatch(/hunter2|github_pat/)
  return result
}

const asking = (): Record<string, string> => ({ GITHUB_TOKEN: token, GITHUB_API_URL: apiUrl })

test('lists every name with its kind, state, location and readers', async () => {
  const { exitCode, stdout, stderr } = await secrets([], asking())
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const at = '.github/workflows/deploy.yml:6'
  expect(stdout).toBe(`GitHub secrets, read by workflows
 ✓  LATE     set  the repository          ${at}
 ✓  SSH_KEY  set  environment production  ${at}

GitHub variables, read by workflows
 ✗  APP_URL  missing  environment production or the repository  ${at}

.env on the servers, read by containers
 ▲  API_KEY       empty    production on local  service backend
 ✓  DATABASE_URL  set      production on local  service backend
 ✗  MAIL_KEY      missing  production on local  service backend

Deploy-time values, set by every deploy
 ✓  IMAGE_TAG  provided  production  service backend
`)
  expect(asked).toContain(`Bearer ${token} /repos/acme/shop/actions/secrets?per_page=100&page=2`)
})

test('--exit-code returns 1 if a secret is missing', async () => {
  expect((await secrets(['production', '--exit-code'], asking())).exitCode).toBe(1)
})

test('--markdown prints a Markdown table', async () => {
  const { stdout } = await secrets(['--markdown'], asking())
  expect(stdout).toContain('| Name | Kind | Location | State | Read by |\n| --- | --- | --- | --- | --- |\n')
  expect(stdout).toContain('| GitHub variable | environment production or the repository | **missing** |')
})

test('--json prints one line for each name', async () => {
  const { stdout } = await secrets(['--json'], asking())
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(rows).toHaveLength(7)
  expect(rows[0]).toMatchObject({ type: 'secret', name: 'LATE', kind: 'GitHub secret', state: 'present' })
})

test('does not query GitHub without a token, and says so', async () => {
  const { stdout, stderr } = await secrets([], { GITHUB_API_URL: apiUrl })
  expect(stderr).toContain('set GITHUB_TOKEN')
  expect(stdout).toMatch(/SSH_KEY +unknown/)
  expect(asked).toEqual([])
})

test.each([
  [401, 'the token is no longer valid'],
  [403, 'the token has no access to them'],
  [404, 'the token has no access to them'],
  [429, 'too many requests'],
  [503, 'status 503'],
])('reports unknown and the reason if GitHub answers with %i', async (status, reason) => {
  refused.set('actions/secrets', status)
  const { exitCode, stdout, stderr } = await secrets([], asking())
  expect(exitCode).toBe(0)
  expect(stderr).toContain(reason)
  expect(stdout).toMatch(/LATE +unknown/)
  expect(stdout).toMatch(/APP_URL +missing/)
})

test('reports an unreachable GitHub as a note', async () => {
  const { exitCode, stderr } = await secrets([], { ...asking(), GITHUB_API_URL: 'http://127.0.0.1:1' })
  expect(exitCode).toBe(0)
  expect(stderr).toContain('127.0.0.1:1 cannot be reached')
})

test('reports a missing directory as a note and lists the rest', async () => {
  const cwd = await makeProject({
    'dray.yml': 'environments:\n  test: { host: local, path: /nowhere/at/all }\n',
    'docker-compose.yml': 'services:\n  web: { image: "a:${TAG}" }\n',
  })
  const { exitCode, stdout, stderr } = await runCli(['secrets'], { cwd })
  expect(exitCode).toBe(0)
  expect(stderr).toContain('There is no directory /nowhere/at/all')
  expect(stdout).toMatch(/TAG +unknown +test on local +service web/)
})
