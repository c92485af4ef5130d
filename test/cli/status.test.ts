import { expect, test } from 'vitest'
import type { EnvironmentStatus } from '../../src/operations/status/status.ts'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const files = {
  'compose.yml': 'services:\n  api:\n    image: ghcr.io/acme/shop\n',
  'dray.yml': 'environments:\n  test: { host: deploy@nowhere.invalid, path: /srv/shop }\n',
}

test('a status uses the SSH secrets of CI, and reports an empty one', async () => {
  const cwd = await makeProject(files)
  const { exitCode, stdout } = await runCli(['status', 'test', '--json'], { cwd, env: { DRAY_SSH_KEY: '' } })
  expect(exitCode).toBe(3)
  const status = JSON.parse(stdout) as EnvironmentStatus
  expect(status).toMatchObject({ verdict: 'unknown', failure: { code: 'SSH_SECRET_INVALID' } })
})

test('a server that answers, and has not even the directory yet, has nothing deployed', async () => {
  const environments = 'environments:\n  test: { host: local, path: /nowhere/at/all }\n'
  const cwd = await makeProject({ ...files, 'dray.yml': environments })
  const { exitCode, stdout } = await runCli(['status'], { cwd })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/test +local +nothing deployed/)
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /no directory \/nowhere\/at\/all.* → `dray setup test` prepares the server for the first deploy\./,
  )
  expect((await runCli(['status', '--exit-code'], { cwd })).exitCode).toBe(0)
})

test('--watch prints a state once, until it is stopped', async () => {
  const cwd = await makeProject(files)
  const stop = new AbortController()
  let printed = ''
  const running = runCli(['status', '--watch', '--json'], {
    cwd,
    signal: stop.signal,
    onStdout: (text) => (printed += text),
  })
  await expect.poll(() => printed).toContain('\n')
  stop.abort()
  const { exitCode, stdout } = await running
  expect(exitCode).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  expect(JSON.parse(stdout)).toMatchObject({ type: 'status', environment: 'test', verdict: 'unknown' })
})

test('--watch has no exit code to tell', async () => {
  const cwd = await makeProject(files)
  const { exitCode, stderr } = await runCli(['status', '--watch', '--exit-code'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('Pass either `--watch` or `--exit-code`.')
  expect((await runCli(['status', '--watch', '--usage'], { cwd })).exitCode).toBe(2)
})
