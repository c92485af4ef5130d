import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { upgradeProgram } from '../../src/cli/commands/set-up/run-upgrade.ts'
import type { CliContext } from '../../src/cli/command/context.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { noInput, runCli } from '../support/run-cli.ts'
import { executableName, programOf, writeSignedRelease } from '../support/signed-release.ts'

let directory: string
let signers: string
let program: string
let release: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dray-upgrade-'))
  for (const name of ['key', 'other-key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, name)])
  signers = `dray namespaces="dray-release" ${await readFile(join(directory, 'key.pub'), 'utf8')}`
})

afterAll(() => rm(directory, { recursive: true }))

beforeEach(async () => {
  program = join(directory, 'bin/dray')
  release = join(directory, 'release')
  for (const it of [join(directory, 'bin'), release]) {
    await rm(it, { recursive: true, force: true })
    await mkdir(it)
  }
  await writeFile(program, programOf('1.0.0'), { mode: 0o755 })
  await makeRelease('1.4.2')
})

type Made = { key?: string } & Omit<Parameters<typeof writeSignedRelease>[1], 'key' | 'version'>

const makeRelease = (version: string, { key = 'key', ...parts }: Made = {}): Promise<void> =>
  writeSignedRelease(release, { version, key: join(directory, key), ...parts })

function upgrade(facts: { wanted?: string; path?: string } = {}) {
  const context: CliContext = {
    cwd: directory,
    env: { DRAY_DOWNLOAD_URL: release },
    stdin: noInput,
    stdout: { write: () => true },
    stderr: { write: () => true },
    secrets: [],
    signal: new AbortController().signal,
    clock: systemClock,
    reportInterrupt: () => undefined,
  }
  const own = { path: facts.path ?? program, version: '1.0.0', signers }
  return upgradeProgram({ own, wanted: facts.wanted }, { context, output: { note: () => undefined } })
}

async function expectUnchanged(): Promise<void> {
  expect(await readFile(program, 'utf8')).toBe(programOf('1.0.0'))
  expect(readdirSync(join(directory, 'bin'))).toEqual(['dray'])
}

describe('an executable', () => {
  test('is replaced by the newest one, with its mode, and nothing else is left', async () => {
    await chmod(program, 0o750)
    expect(await upgrade()).toEqual({ from: '1.0.0', to: '1.4.2', changed: true })
    expect(await readFile(program, 'utf8')).toBe(programOf('1.4.2'))
    expect((await stat(program)).mode & 0o7777).toBe(0o750)
    expect(readdirSync(join(directory, 'bin'))).toEqual(['dray'])
  })

  test('that is a link is replaced at its target', async () => {
    const link = join(directory, 'bin/link')
    await symlink('dray', link)
    await upgrade({ path: link })
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(await readFile(program, 'utf8')).toBe(programOf('1.4.2'))
  })

  test.each(['1.0.0', '0.9.0'])('stays if the newest release is %s', async (version) => {
    await makeRelease(version)
    expect(await upgrade()).toEqual({ from: '1.0.0', to: '1.0.0', changed: false })
    await expectUnchanged()
  })

  test('goes back to an older version that is named', async () => {
    await makeRelease('0.9.0')
    expect(await upgrade({ wanted: '0.9.0' })).toMatchObject({ to: '0.9.0', changed: true })
    expect(await readFile(program, 'utf8')).toBe(programOf('0.9.0'))
  })
})

describe('is not replaced', () => {
  test.each<[string, () => Promise<void>, { code: string; message: RegExp }]>([
    [
      'if another key signed',
      () => makeRelease('1.4.2', { key: 'other-key' }),
      { code: 'UPGRADE_UNVERIFIED', message: /^The signature of SHA256SUMS is not by the release key/ },
    ],
    [
      'if the key signed something else',
      () => makeRelease('1.4.2', { namespace: 'git' }),
      { code: 'UPGRADE_UNVERIFIED', message: /^The signature/ },
    ],
    [
      'if the list was changed',
      async () => {
        const sums = await readFile(join(release, 'SHA256SUMS'), 'utf8')
        await writeFile(
          join(release, 'SHA256SUMS'),
          sums.replace(/^./, (it) => (it === '0' ? '1' : '0')),
        )
      },
      { code: 'UPGRADE_UNVERIFIED', message: /^The signature/ },
    ],
    [
      'if the file was changed',
      () => writeFile(join(release, executableName), gzipSync(programOf('6.6.6'))),
      { code: 'UPGRADE_UNVERIFIED', message: /does not match its checksum\.$/ },
    ],
    [
      'if the list names no version',
      async () => {
        await makeRelease('evil version')
      },
      { code: 'UPGRADE_UNVERIFIED', message: /does not name its version\.$/ },
    ],
    [
      'without a signature',
      () => rm(join(release, 'SHA256SUMS.sig')),
      { code: 'UPGRADE_FAILED', message: /SHA256SUMS\.sig that can be read\.$/ },
    ],
    [
      'if the new one does not run',
      () =>
        makeRelease('1.4.2', {
          files: { [executableName]: gzipSync('#!/bin/sh\necho wrong glibc >&2; exit 1\n') },
        }),
      { code: 'UPGRADE_FAILED', message: /does not run on this machine: exit code 1\.$/ },
    ],
  ])('%s', async (_, change, { code, message }) => {
    await change()
    await expect(upgrade()).rejects.toMatchObject({
      code,
      exitCode: 3,
      message: expect.stringMatching(message) as string,
    })
    await expectUnchanged()
  })

  test('if the release is another one than the named', async () => {
    await expect(upgrade({ wanted: '1.4.1' })).rejects.toMatchObject({
      code: 'UPGRADE_UNVERIFIED',
      message: 'The release at hand is 1.4.2, not 1.4.1.',
    })
    await expectUnchanged()
  })

  test('if its directory cannot be written', async () => {
    await expect(upgrade({ path: '/proc/self/exe/dray' })).rejects.toMatchObject({
      code: 'UPGRADE_FAILED',
      message: expect.stringMatching(/could not be replaced \(ENOTDIR\)\.$/) as string,
    })
  })
})

test('dray that is no executable names the command to use', async () => {
  const result = await runCli(['upgrade'], { cwd: directory })
  expect(result.exitCode).toBe(3)
  expect(result.stderr).toContain('[UPGRADE_UNSUITED]')
  expect(result.stderr).toContain('git pull && npm ci && npm run build')
  const usage = await runCli(['upgrade', 'newest'], { cwd: directory })
  expect(usage).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('`newest`') as string })
})
