import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  parseRemoteUrl,
  readGitObservation,
  type RunCommand,
} from '../../../../src/adapters/git/git-observation.ts'

const ownConfiguration = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CEILING_DIRECTORIES: tmpdir(),
}

const run: RunCommand = ([program = '', ...args], { cwd }) =>
  new Promise((resolve) => {
    execFile(program, args, { cwd, env: { ...process.env, ...ownConfiguration } }, (error, stdout) => {
      const code = typeof error?.code === 'number' ? error.code : 127
      resolve({ exitCode: error === null ? 0 : code, stdout })
    })
  })

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'dray-git-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout } = await run(['git', ...args], { cwd })
  if (exitCode !== 0) throw new Error(`git ${args.join(' ')} gave ${exitCode}`)
  return stdout.trim()
}

async function makeRepository(): Promise<string> {
  const directory = await makeDirectory()
  await git(directory, 'init', '--quiet')
  await git(directory, 'config', 'user.name', 'Ada')
  await git(directory, 'config', 'user.email', 'ada@example.com')
  return directory
}

async function commit(directory: string, text: string): Promise<void> {
  await writeFile(path.join(directory, 'file'), text)
  await git(directory, 'add', '.')
  await git(directory, 'commit', '--quiet', '-m', text)
}

test('reads commit, tag, remote and user of a repository', async () => {
  const directory = await makeRepository()
  await git(directory, 'remote', 'add', 'origin', 'git@github.com:Acme/Shop.git')
  await commit(directory, 'one')
  for (const tag of ['v1.9.0', 'v1.10.0', 'v1.10.0-rc1']) await git(directory, 'tag', tag)
  expect(await readGitObservation(run, directory)).toEqual({
    headSha: await git(directory, 'rev-parse', 'HEAD'),
    exactTag: 'v1.10.0',
    remote: { host: 'github.com', owner: 'Acme', repository: 'Shop' },
    userName: 'Ada',
    isDirty: false,
  })
})

test('a change that is not committed makes it dirty, and a tag of an earlier commit does not count', async () => {
  const directory = await makeRepository()
  await commit(directory, 'one')
  await git(directory, 'tag', 'v1')
  await commit(directory, 'two')
  await writeFile(path.join(directory, 'file'), 'three')
  expect(await readGitObservation(run, directory)).toMatchObject({
    isDirty: true,
    exactTag: undefined,
    remote: undefined,
  })
})

test('of a setting that is made twice, the last one counts', async () => {
  const directory = await makeRepository()
  await git(directory, 'config', '--add', 'user.name', 'Grace Hopper')
  expect(await readGitObservation(run, directory)).toEqual({ userName: 'Grace Hopper' })
})

test('a repository without a commit has no commit', async () => {
  expect(await readGitObservation(run, await makeRepository())).toEqual({ userName: 'Ada' })
})

test('reads nothing from a directory without a repository', async () => {
  expect(await readGitObservation(run, await makeDirectory())).toEqual({})
})

test('reads nothing without git', async () => {
  const missing: RunCommand = async () => ({ exitCode: 127, stdout: '' })
  expect(await readGitObservation(missing, '/')).toEqual({})
})

test.each([
  ['https://github.com/Acme/shop.git', 'github.com', 'Acme', 'shop'],
  ['https://github.com/Acme/shop', 'github.com', 'Acme', 'shop'],
  ['https://x-access-token:abc@GitHub.com/Acme/shop/', 'github.com', 'Acme', 'shop'],
  ['git@github.com:Acme/shop.git', 'github.com', 'Acme', 'shop'],
  ['ssh://git@github.com:22/Acme/my.shop.git', 'github.com', 'Acme', 'my.shop'],
  ['https://gitlab.example.com/group/sub/shop', 'gitlab.example.com', 'sub', 'shop'],
])('%s is a repository', (url, host, owner, repository) => {
  expect(parseRemoteUrl(url)).toEqual({ host, owner, repository })
})

test.each(['/srv/git/shop.git', '../shop', 'file:///srv/git/shop.git', ''])('%j is not on a host', (url) => {
  expect(parseRemoteUrl(url)).toBeUndefined()
})
