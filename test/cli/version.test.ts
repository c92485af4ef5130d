import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { CliContext } from '../../src/cli/command/context.ts'
import { howToUpgrade } from '../../src/cli/version/how-to-upgrade.ts'
import { tellOfNewer } from '../../src/cli/version/tell-of-newer.ts'
import { mayTellOfNewer } from '../../src/cli/version/version-words.ts'
import { classifyProgram } from '../../src/cli/command/own-program.ts'
import { version } from '../../src/shared/version/version.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { startNewestVersionServer } from '../support/newest-version-server.ts'
import { noInput, runCli, type CliResult } from '../support/run-cli.ts'
import { TerminalProgram } from '../support/terminal.ts'

const HOUR_MS = 3_600_000
let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'dray-home-'))
  onTestFinished(() => rm(home, { recursive: true }))
})

const cacheFile = (): string => join(home, '.cache/dray/newest-version.json')
const cache = async (): Promise<unknown> => JSON.parse(await readFile(cacheFile(), 'utf8')) as unknown

describe('dray --version --check', () => {
  const check = async (newest: string, ...words: string[]): Promise<CliResult> => {
    const { url } = await startNewestVersionServer(newest)
    const env = { HOME: home, DRAY_VERSION_URL: url }
    return runCli(['--version', '--check', ...words], { cwd: home, env })
  }

  test('says that a newer version exists, how to get it, and ends with 1', async () => {
    const result = await check('99.1.0')
    expect(result).toEqual({
      exitCode: 1,
      stdout: `${version}; 99.1.0 is available: git pull && npm ci && npm run build\n`,
      stderr: '',
    })
    expect(await cache()).toMatchObject({ newest: '99.1.0' })
  })

  test.each([version, '0.0.1'])('ends with 0 if there is no newer one: %s', async (newest) => {
    expect(await check(newest)).toEqual({
      exitCode: 0,
      stdout: `${version} is the newest version.\n`,
      stderr: '',
    })
  })

  test('prints JSON', async () => {
    const { stdout } = await check('99.1.0', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      type: 'version.checked',
      current: version,
      newest: '99.1.0',
      isNewest: false,
      command: 'git pull && npm ci && npm run build',
    })
    expect((await check(version, '--json')).stdout).not.toContain('"command"')
  })

  test('a registry that cannot be asked is a failure of its own', async () => {
    const env = { HOME: home, DRAY_VERSION_URL: 'http://127.0.0.1:1' }
    const { exitCode, stderr } = await runCli(['-V', '--check'], { cwd: home, env })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('[NEWEST_UNKNOWN]')
    const json = await runCli(['-V', '--check', '--json'], { cwd: home, env })
    expect(JSON.parse(json.stdout)).toMatchObject({ type: 'failed', failure: { code: 'NEWEST_UNKNOWN' } })
  })

  test.each([['deploy'], ['--tag']])('takes no %s', async (word) => {
    const result = await check('99.1.0', word)
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`\`${word}\``) as string })
  })

  test('without --check it prints the version, and asks nothing', async () => {
    const { url, requests } = await startNewestVersionServer('99.1.0')
    const result = await runCli(['--version'], { cwd: home, env: { DRAY_VERSION_URL: url } })
    expect(result).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
    expect(requests).toEqual([])
  })
})

describe('the line about a newer version', () => {
  const clock = new FakeClock(Date.UTC(2026, 10, 29))

  /** What a run prints, and the words of what it starts in the background. */
  const run = (facts: Partial<CliContext> = {}): { stderr: string; started: string[] } => {
    const seen = { stderr: '', started: [] as string[] }
    tellOfNewer({
      cwd: home,
      env: { HOME: home },
      stdin: noInput,
      stdout: { write: () => true },
      stderr: { write: (text: string) => (seen.stderr += text), isTTY: true },
      secrets: [],
      signal: new AbortController().signal,
      clock,
      reportInterrupt: () => undefined,
      startInBackground: (words) => seen.started.push(words.join(' ')),
      ...facts,
    })
    return seen
  }

  test('comes once a day, from what an earlier run learned; npm is asked once a day, in the background', async () => {
    expect(run()).toEqual({ stderr: '', started: ['--version --check'] })
    expect(run()).toEqual({ stderr: '', started: [] })
    const { url } = await startNewestVersionServer('99.1.0')
    await runCli(['--version', '--check'], { cwd: home, env: { HOME: home, DRAY_VERSION_URL: url } })
    const first = run()
    expect(first.stderr).toBe(
      `dray 99.1.0 is available, this is ${version}: git pull && npm ci && npm run build\n`,
    )
    expect(run().stderr).toBe('')
    await clock.sleep(23 * HOUR_MS)
    expect(run().stderr).toBe('')
    await clock.sleep(HOUR_MS)
    expect(run().stderr).toBe(first.stderr)
  })

  test('is not printed, and nothing is started, if nothing can be remembered', async () => {
    await chmod(home, 0o500)
    const noPlace = { env: { HOME: '/proc/no-such-home' } }
    expect(run(noPlace)).toEqual({ stderr: '', started: [] })
    expect(run({ env: {} })).toEqual({ stderr: '', started: [] })
    await chmod(home, 0o700)
  })

  const context = (facts: { env?: Record<string, string>; isTTY?: boolean }) =>
    ({ env: facts.env ?? {}, stderr: { isTTY: facts.isTTY ?? true } }) as unknown as CliContext

  test.each<[string, string[], Parameters<typeof context>[0]]>([
    ['without a terminal', ['status', 'test'], { isTTY: false }],
    ['in CI', ['status', 'test'], { env: { CI: 'true' } }],
    ['in Actions', ['status', 'test'], { env: { GITHUB_ACTIONS: 'true' } }],
    ['if it is off', ['status', 'test'], { env: { DRAY_NO_UPDATE_CHECK: '1' } }],
    ['if it is off for all programs', ['status', 'test'], { env: { NO_UPDATE_NOTIFIER: '1' } }],
    ['with --json', ['--json', 'status', 'test'], {}],
    ['at a Tab', ['completion', 'bash', '--', 'de'], {}],
    ['by a forced command', ['gate', 'test'], {}],
    ['with --version', ['--version'], {}],
  ])('never comes %s', (_, words, facts) => {
    expect(mayTellOfNewer(words, context(facts))).toBe(false)
  })

  test('may come for a person at a terminal', () => {
    expect(mayTellOfNewer(['status', 'test'], context({}))).toBe(true)
    expect(mayTellOfNewer(['status', 'test'], context({ env: { DRAY_NO_UPDATE_CHECK: '0' } }))).toBe(true)
  })
})

test('a run on a terminal starts the question in the background, and the next one prints the answer', async () => {
  const registry = await startNewestVersionServer('99.1.0')
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
  const node = [process.execPath, '--import', import.meta.resolve('tsx'), main, 'check']
  const argv = ['sh', '-c', 'cd "$0" && exec "$@"', home, ...node]
  const env = {
    HOME: home,
    XDG_CACHE_HOME: '',
    GITHUB_ACTIONS: '',
    DRAY_VERSION_URL: registry.url,
  }
  const run = async (): Promise<string> => {
    const program = new TerminalProgram(argv, { columns: 120, rows: 40, env })
    expect(await program.exited).toBe(0)
    return program.terminal.text()
  }
  expect(await run()).not.toContain('is available')
  await expect.poll(cache).toMatchObject({ newest: '99.1.0' })
  expect(await run()).toContain(`dray 99.1.0 is available, this is ${version}`)
  expect(await run()).not.toContain('is available')
  expect(registry.requests).toHaveLength(1)
})

test.each([
  ['/usr/local/bin/dray', true, 'dray upgrade'],
  ['/home/ana/.npm/_npx/1f/node_modules/dray/dist/dray.mjs', false, 'npx dray@1.4.2'],
  ['/usr/local/lib/node_modules/dray/dist/dray.mjs', false, 'npm install -g dray@1.4.2'],
  ['/src/shop/node_modules/dray/dist/dray.mjs', false, 'npm install -D dray@1.4.2'],
  [
    '/src/shop/node_modules/.pnpm/dray@1.0.0/node_modules/dray/dist/dray.mjs',
    false,
    'pnpm add -D dray@1.4.2',
  ],
  [
    '/src/shop/tools/dray.mjs',
    false,
    'curl -fsSLo /src/shop/tools/dray.mjs https://github.com/acme/dray/releases/download/v1.4.2/dray.mjs',
  ],
  ['/src/dray/src/cli/command/own-program.ts', false, 'git pull && npm ci && npm run build'],
])('dray at %s is upgraded by its own command', (file, isExecutable, command) => {
  expect(howToUpgrade(classifyProgram(file, isExecutable), '1.4.2')).toBe(command)
})
