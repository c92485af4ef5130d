import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../../scripts/bundle.mjs'
import { makeExecutable } from '../../../scripts/package/executable.mjs'
import { version } from '../../../src/shared/version/version.ts'
import { readDeployResult } from '../../support/app/deploy-result.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { fetchNode, ownTarget } from '../../support/fetch-node.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import type { RunResult } from '../../support/net/run-command.ts'
import { programOf, writeSignedRelease } from '../../support/signed-release.ts'
import { composeWith } from '../support/compose-parts.ts'

const net = attachTestNet()
const server = net.server('srv1')
const port = 8151
let app: TestApp
let node: string
let directory: string
let executable: string
let request: Parameters<typeof makeExecutable>[0]

/** The executable alone: there is no Node and no other dray in its PATH. */
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> =>
  app.dray(args, { env: { PATH: `${directory}/bin:/usr/bin:/bin`, ...env } })

beforeAll(async () => {
  node = await fetchNode()
  directory = mkdtempSync(join(tmpdir(), 'dray-executable-'))
  executable = join(directory, 'bin/dray')
  await mkdir(join(directory, 'bin'))
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'key')])
  const signers = join(directory, 'signers')
  await writeFile(
    signers,
    `dray namespaces="dray-release" ${readFileSync(join(directory, 'key.pub'), 'utf8')}`,
  )
  request = { target: ownTarget, node, out: executable, signers }
  await makeExecutable(request)
  const files = { 'docker-compose.yml': composeWith({ port }) }
  app = await TestApp.make({ net, server, name: 'single', port, files })
})

afterAll(async () => {
  await app[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

test('the same tree and the same Node give the same bytes', async () => {
  const again = join(directory, 'again')
  await makeExecutable({ ...request, out: again })
  expect(readFileSync(again).equals(readFileSync(executable))).toBe(true)
})

test('a copy replaces itself by a signed release, and by no other one', async () => {
  const copy = join(directory, 'bin/copy')
  copyFileSync(executable, copy)
  const release = join(directory, 'release')
  await mkdir(release)
  await writeSignedRelease(release, { version: '99.0.0', key: join(directory, 'key'), namespace: 'other' })
  const upgrade = () =>
    net.client.run([copy, 'upgrade'], { env: { DRAY_DOWNLOAD_URL: release, PATH: '/usr/bin:/bin' } })
  expect(await upgrade()).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('UPGRADE_UNVERIFIED'),
  })
  expect(readFileSync(copy).equals(readFileSync(executable))).toBe(true)
  await writeSignedRelease(release, { version: '99.0.0', key: join(directory, 'key') })
  expect(await upgrade()).toMatchObject({ exitCode: 0, stdout: `dray 99.0.0 replaces ${version}.\n` })
  expect(readFileSync(copy, 'utf8')).toBe(programOf('99.0.0'))
})

describe('the executable', () => {
  test('starts without Node, takes no option for one of Node, and says nothing else', async () => {
    const env = { NODE_OPTIONS: '--no-such-option' }
    expect(await run(['--version'], env)).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
    await writeFile(join(app.directory, 'values'), 'NODE_ENV=taken-by-node\n')
    const { stderr } = await run(['status', '--env-file', 'values'])
    expect(stderr).toContain('Unknown option `--env-file`.')
  })

  test('examines the server, plans, and deploys', async () => {
    expect(await run(['doctor', 'test', '--tag', 'v1'])).toMatchObject({ exitCode: 0 })
    const planned = await run(['plan', 'test', '--tag', 'v1'])
    expect(planned.stdout).toContain('shop-backend')
    const deployed = readDeployResult(await run(['deploy', 'test', '--tag', 'v1', '--json']))
    expect(deployed).toMatchObject({ exitCode: 0, outcome: 'deployed' })
    expect(await app.version()).toBe('v1')
  })

  test('uses the key from the environment', async () => {
    const key = (await net.client.run(['cat', '/root/.ssh/id_ed25519'])).stdout
    const hosts = (await net.client.run(['cat', '/root/.ssh/known_hosts'])).stdout
    const env = { DRAY_SSH_KEY: key, DRAY_SSH_KNOWN_HOSTS: hosts, HOME: directory }
    const deployed = readDeployResult(await run(['deploy', 'test', '--tag', 'v2', '--json'], env))
    expect(deployed).toMatchObject({ exitCode: 0, outcome: 'deployed' })
    expect(await app.version()).toBe('v2')
  })

  test('completes words, and writes the bundle for workflows', async () => {
    const completed = await run(['completion', 'bash', '--', 'deploy', ''])
    expect(completed.stdout).toBe('test\n')
    expect(await run(['init', '--yes'])).toMatchObject({ exitCode: 0 })
    const written = readFileSync(join(app.directory, 'tools/dray.mjs'), 'utf8')
    expect(written).toBe((await bundle()).code)
  })

  test('exits as dray does when it fails', async () => {
    const { exitCode, stderr } = await run(['deploy', 'nowhere'])
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('[ENVIRONMENT_UNKNOWN]') as string,
    })
  })
})

describe('no executable is made', () => {
  const out = (): string => join(directory, 'none')
  test.each([
    ['for an unknown target', { target: 'win32-x64' }, 'The target win32-x64 is unknown'],
    ['for macOS where it cannot be signed', { target: 'darwin-arm64' }, 'can be signed on macOS only'],
    [
      'for a foreign platform without a Node of this one',
      { target: ownTarget === 'linux-x64' ? 'linux-arm64' : 'linux-x64' },
      'is not this machine: name a Node of this machine',
    ],
  ])('%s', async (_, { target }, message) => {
    await expect(makeExecutable({ target, node, out: out() })).rejects.toThrow(message)
  })

  test('of two versions of Node', async () => {
    const other = join(directory, 'other-node')
    copyFileSync('/bin/sh', other)
    const target = ownTarget === 'linux-x64' ? 'linux-arm64' : 'linux-x64'
    const made = makeExecutable({ target, node: other, builder: node, out: out() })
    await expect(made).rejects.toThrow(/is not Node v24\./)
  })
})
