import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeDockerConfiguration } from '../../../../src/adapters/buildx/docker-configuration.ts'
import { makePrivateDirectory } from '../../../../src/adapters/host/private-directory.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import { makeProject } from '../../../support/make-project.ts'

const logins = new Map([
  ['ghcr.io', { username: 'octocat', password: new Secret('t0ken') }],
  ['azure.example.com', { username: '<token>', password: new Secret('refresh') }],
])

test("has all that the user's own has, and the logins, for this user's eyes only", async () => {
  const original = await makeProject({
    'config.json': JSON.stringify({
      credsStore: 'desktop',
      currentContext: 'colima',
      auths: { 'quay.io': { auth: 'eA==' } },
    }),
    'cli-plugins/docker-buildx': 'a plugin',
  })
  await using directory = await makePrivateDirectory('test')
  const path = await writeDockerConfiguration(directory.path, { original, logins })
  expect(JSON.parse(await readFile(join(path, 'config.json'), 'utf8'))).toEqual({
    credsStore: 'desktop',
    currentContext: 'colima',
    auths: {
      'quay.io': { auth: 'eA==' },
      'ghcr.io': { auth: Buffer.from('octocat:t0ken').toString('base64') },
      'azure.example.com': { identitytoken: 'refresh' },
    },
    credHelpers: { 'ghcr.io': '', 'azure.example.com': '' },
  })
  expect(await readFile(join(path, 'cli-plugins/docker-buildx'), 'utf8')).toBe('a plugin')
  expect((await stat(join(path, 'config.json'))).mode & 0o777).toBe(0o600)
  expect((await stat(directory.path)).mode & 0o777).toBe(0o700)
})

test('is removed with its directory, and the target of its link is not', async () => {
  const original = await makeProject({})
  await mkdir(join(original, 'contexts'))
  await writeFile(join(original, 'contexts/one'), '')
  const directory = await makePrivateDirectory('test')
  const path = await writeDockerConfiguration(directory.path, { original, logins })
  await directory[Symbol.asyncDispose]()
  await expect(stat(path)).rejects.toThrow('ENOENT')
  expect(await readFile(join(original, 'contexts/one'), 'utf8')).toBe('')
})

test('does without a configuration of the user', async () => {
  await using directory = await makePrivateDirectory('test')
  const path = await writeDockerConfiguration(directory.path, { original: '/nowhere', logins: new Map() })
  expect(JSON.parse(await readFile(join(path, 'config.json'), 'utf8'))).toEqual({
    auths: {},
    credHelpers: {},
  })
})
