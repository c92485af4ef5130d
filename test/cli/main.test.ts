import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeProject } from '../support/make-project.ts'
import manifest from '../../package.json' with { type: 'json' }

const tsx = import.meta.resolve('tsx')
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

function start(...given: (string | { cwd: string; env: NodeJS.ProcessEnv })[]) {
  const argv = given.filter((it) => typeof it === 'string')
  const options = given.find((it) => typeof it !== 'string')
  const child = spawn(process.execPath, ['--import', tsx, main, ...argv], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { child, closed: once(child, 'close') as Promise<[number | null, string | null]> }
}

test('the process prints to its streams and ends with the exit code', async () => {
  const { child, closed } = start('--version')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect([stdout, stderr, ...(await closed)]).toEqual([`${manifest.version}\n`, '', 0, null])
})

test('a mistake ends with exit code 2', async () => {
  const { child, closed } = start('--no-such-thing', '--no-color')
  const stderr = await text(child.stderr)
  expect(stderr).toContain('Unknown option `--no-such-thing`.')
  expect(await closed).toEqual([2, null])
})

test('no child process has the registry passwords and the token', async () => {
  const cwd = await makeProject({
    'dray.yml': `registry: ghcr.io/acme
registries: { registry.example.com: { username: ci, password: $EXAMPLE_LOGIN } }
environments: { here: { host: local, path: /nonexistent } }
hooks: { failure: 'env > hook.facts' }
`,
    'docker-compose.yml': 'services: { web: { image: a } }\n',
    // Only the commands after dray.yml is read have `-C`.
    'bin/git': '#!/bin/sh\n[ "$1" = -C ] && env >> later.facts || env >> git.facts\nexit 1\n',
  })
  await chmod(join(cwd, 'bin/git'), 0o755)
  const env = {
    ...process.env,
    PATH: `${join(cwd, 'bin')}:${process.env['PATH'] ?? ''}`,
    GITHUB_TOKEN: 'a-token-of-ours',
    EXAMPLE_LOGIN: 'a-login-of-ours',
    DB_PASSWORD: 'a-word-of-ours',
    SHOP_COLOUR: 'blue',
  }
  const { child, closed } = start({ cwd, env }, 'deploy', 'here', '--tag', 'v1')
  child.stdout.resume()
  child.stderr.resume()
  await closed
  const hook = await readFile(join(cwd, 'hook.facts'), 'utf8')
  expect(hook).toContain('DRAY_HOOK=failure')
  expect(hook).toContain('SHOP_COLOUR=blue')
  expect(hook).not.toMatch(/a-(token|login)-of-ours/)
  const git = await readFile(join(cwd, 'git.facts'), 'utf8')
  expect(git).toContain(`PATH=${join(cwd, 'bin')}`)
  expect(git).not.toMatch(/a-(token|login|word)-of-ours/)
  const later = await readFile(join(cwd, 'later.facts'), 'utf8')
  expect(later).toContain('SHOP_COLOUR=blue')
  expect(later).not.toMatch(/a-(token|login)-of-ours/)
})

test('a reader that leaves early is no failure', async () => {
  const { child, closed } = start('--help')
  child.stdout.destroy()
  const stderr = await text(child.stderr)
  expect([stderr, ...(await closed)]).toEqual(['', 0, null])
})

test('a directory that was removed is named, not reported as a bug', async () => {
  // tsx itself does not start in such a directory, so that Node's error is made for dray alone.
  const removed =
    'const cwd=process.cwd;process.cwd=()=>{if(/src.main\\.ts/.test(new Error().stack))throw new Error("ENOENT");return cwd()}'
  const argv = ['--import', tsx, '--import', `data:text/javascript,${removed}`, main, 'check', '--no-color']
  const child = spawn(process.execPath, argv, { stdio: 'pipe' })
  const closed = once(child, 'close')
  expect(await text(child.stderr)).toContain('[USAGE]\n\n  The current directory no longer exists.\n')
  expect(await closed).toEqual([2, null])
})
