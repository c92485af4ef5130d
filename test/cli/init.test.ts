import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const dockerfile = 'FROM node:22-alpine\nCOPY . .\nEXPOSE 3000\nCMD ["node", "server.js"]\n'
const parts = { 'backend/Dockerfile': dockerfile, 'frontend/Dockerfile': dockerfile, Dockerfile: dockerfile }
const action = ['--action', `acme/dray@${'a'.repeat(40)} # v1.0.0`]
const read = (cwd: string, file: string): Promise<string> => readFile(path.join(cwd, file), 'utf8')
const isThere = (cwd: string, file: string): Promise<boolean> =>
  access(path.join(cwd, file)).then(
    () => true,
    () => false,
  )

describe('init', () => {
  test('writes the files for a deploy, and lists the remaining steps', async () => {
    const cwd = await makeProject(parts)
    const hosts = ['--test', 'deploy@a.internal', '--production', 'deploy@b.internal:2222']
    const { exitCode, stdout, stderr } = await runCli(['init', '--yes', ...hosts, ...action], { cwd })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/✓ +dray.yml +created/)
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('`ssh-keyscan -p 2222 b.internal`')
    expect(await read(cwd, 'dray.yml')).toContain('host: deploy@a.internal')
    expect(await read(cwd, '.github/workflows/deploy.yml')).toContain(
      `uses: acme/dray@${'a'.repeat(40)} # v1.0.0`,
    )
    expect(await isThere(cwd, 'tools/dray.mjs')).toBe(false)
  })

  test('can be run again: nothing is written, and nothing is lost', async () => {
    const cwd = await makeProject(parts)
    await runCli(['init', '--yes', ...action], { cwd })
    await writeFile(path.join(cwd, 'dray.yml'), `${await read(cwd, 'dray.yml')}keep: 9\n`)
    const again = await runCli(['init', '--yes', ...action], { cwd })
    expect(again.stdout).not.toMatch(/created|added|replaced/)
    expect(again.stdout).toMatch(/deploy.yml +up to date/)
    expect(await read(cwd, 'dray.yml')).toContain('keep: 9')
  })

  test('keeps a file that differs, unless asked to replace it', async () => {
    const cwd = await makeProject(parts)
    const file = '.github/workflows/deploy.yml'
    await mkdir(path.join(cwd, '.github/workflows'), { recursive: true })
    await writeFile(path.join(cwd, file), 'name: mine\n')
    const first = await runCli(['init', '--yes', ...action], { cwd })
    expect(first.stdout).toMatch(/deploy.yml +differs, not replaced/)
    expect(await read(cwd, file)).toBe('name: mine\n')
    const second = await runCli(['init', '--yes', '--overwrite', ...action], { cwd })
    expect(second.stdout).toMatch(/deploy.yml +replaced/)
    expect(await read(cwd, file)).toContain('name: Deploy to test')
  })

  test('shows a diff and writes nothing with --dry-run', async () => {
    const cwd = await makeProject({ ...parts, '.gitignore': 'dist/\n' })
    const { stdout, stderr } = await runCli(['init', '--dry-run', ...action], { cwd })
    expect(stderr).toMatch(/^dray.yml \(new\)\n\+ # yaml-language-server/)
    expect(stderr).toMatch(/\.gitignore\n {2}dist\/\n\+ \.env\n/)
    expect(stdout).toMatch(/dray.yml +would be created/)
    expect(await isThere(cwd, 'dray.yml')).toBe(false)
  })

  test('asks for the servers and the images, and writes once it may', async () => {
    const cwd = await makeProject(parts)
    const typed = ['me@test.internal', 'y', '', 'n', '']
    const { exitCode, stderr } = await runCli(['init', ...action], { cwd, typed })
    expect(stderr).toContain('Server of the test environment? [deploy@test.example.com]')
    expect(exitCode).toBe(0)
    const config = await read(cwd, 'dray.yml')
    expect(config).toContain('host: me@test.internal')
    expect(config).toContain('host: deploy@example.com')
    expect(await read(cwd, 'docker-compose.yml')).toContain('/shop:$')
    expect(await read(cwd, 'docker-compose.production.yml')).toContain('/shop-backend:$')
  })

  test('writes nothing when the person says no, or leaves', async () => {
    const cwd = await makeProject({ Dockerfile: dockerfile })
    const refused = await runCli(['init', ...action], { cwd, typed: ['', '', 'n'] })
    expect(refused.exitCode).toBe(0)
    const left = await runCli(['init', ...action], { cwd, typed: [] })
    expect(left).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('[CANCELLED]') as string })
    expect(await isThere(cwd, 'dray.yml')).toBe(false)
  })

  test('prints its actions as JSON', async () => {
    const cwd = await makeProject({ Dockerfile: dockerfile })
    const { stdout, stderr } = await runCli(['init', '--yes', '--json', ...action], { cwd })
    expect(stderr).toBe('')
    const line = JSON.parse(stdout) as { type: string; files: object[]; remaining: string[] }
    expect(line.type).toBe('init.finished')
    expect(line.files[0]).toEqual({ path: 'dray.yml', state: 'new', written: true })
    expect(line.remaining.length).toBeGreaterThan(2)
  })
})

test('init says what forbids it to ask: a CI job, although there is a terminal', async () => {
  const cwd = await makeProject(parts)
  const inCI = await runCli(['init'], { cwd, typed: [], env: { CI: 'true' } })
  expect(inCI.exitCode).toBe(2)
  expect(inCI.stderr).toMatch(/Cannot prompt: `CI` or `GITHUB_ACTIONS` says[^]*`--yes`/)
  const withFalse = await runCli(['init'], { cwd, typed: [], env: { CI: 'false' } })
  expect(withFalse.stderr).not.toContain('Cannot prompt')
})

describe('init refuses', () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['a directory with nothing to deploy', ['--yes'], { 'README.md': '' }, /INIT_NOTHING_FOUND/],
    ['to ask where there is no terminal', [], parts, /Cannot prompt[^]*`--yes`/],
    ['an action by a tag', ['--yes', '--action', 'acme/dray@v1'], parts, /does not name a commit/],
    [
      'a form that the Dockerfiles do not make',
      ['--yes', '--test-images', 'several'],
      { Dockerfile: dockerfile },
      /valid here: single/,
    ],
  ])('%s', async (_, options, files, message) => {
    const cwd = await makeProject(files)
    const { exitCode, stderr } = await runCli(['init', ...options], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(message)
    expect(await isThere(cwd, 'dray.yml')).toBe(false)
  })
})
