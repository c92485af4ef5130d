import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeSshSecrets } from '../../../../src/adapters/host/ssh-secrets.ts'

const key = '-----BEGIN OPENSSH PRIVATE KEY-----\r\nb3BlbnNzaC1r\r\n-----END OPENSSH PRIVATE KEY-----'
const knownHosts = '# srv1\nsrv1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ'
const makeParent = (): Promise<string> => mkdtemp(join(tmpdir(), 'dray-test-'))

test('key and host keys are in files of this user alone, as ssh wants them, until they are disposed of', async () => {
  const parent = await makeParent()
  const file = await writeSshSecrets({ key, knownHosts }, parent)
  const directory = join(file.path, '..')
  expect(await readFile(join(directory, 'key'), 'utf8')).toBe(`${key.replaceAll('\r', '')}\n`)
  expect(await readFile(join(directory, 'known_hosts'), 'utf8')).toBe(`${knownHosts}\n`)
  expect((await stat(directory)).mode & 0o777).toBe(0o700)
  for (const name of await readdir(directory))
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
  const config = await readFile(file.path, 'utf8')
  expect(config).toContain('StrictHostKeyChecking yes\n')
  expect(config.trimEnd().split('\n').at(-1)).toBe('Include ~/.ssh/config')
  await file[Symbol.asyncDispose]()
  expect(await readdir(parent)).toEqual([])
})

test('without known hosts, those of the user count', async () => {
  const parent = await makeParent()
  await using file = await writeSshSecrets({ key, knownHosts: undefined }, parent)
  expect(await readFile(file.path, 'utf8')).not.toContain('KnownHosts')
})

test.each([
  ['a key that is empty', { key: '', knownHosts }, /^DRAY_SSH_KEY is set but empty/],
  ['a public key', { key: 'ssh-ed25519 AAAAC3Nz me', knownHosts }, /^DRAY_SSH_KEY is not a private key/],
  ['host keys that are empty', { key, knownHosts: ' \n' }, /^DRAY_SSH_KNOWN_HOSTS is set but empty/],
  ['comments instead of host keys', { key, knownHosts: '# srv1:22 SSH-2.0' }, /^DRAY_SSH_KNOWN_HOSTS is not/],
])('%s is refused, and nothing is written', async (_, secrets, message) => {
  const parent = await makeParent()
  const failure = await writeSshSecrets(secrets, parent).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 'SSH_SECRET_INVALID',
    message: expect.stringMatching(message) as string,
  })
  expect(await readdir(parent)).toEqual([])
})

/** The first bytes of what `ssh-keygen -N secret` writes. */
const locked = Buffer.from('openssh-key-v1\0\0\0\0\naes256-ctr\0\0\0\u0006bcrypt').toString('base64')
const open = Buffer.from('openssh-key-v1\0\0\0\0\u0004none\0\0\0\u0004none').toString('base64')

test.each([
  ['of OpenSSH', `-----BEGIN OPENSSH PRIVATE KEY-----\n${locked}\n-----END OPENSSH PRIVATE KEY-----`],
  ['of PKCS#8', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIF\n-----END ENCRYPTED PRIVATE KEY-----'],
  [
    'of PEM',
    '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE\n-----END RSA PRIVATE KEY-----',
  ],
])('a key with a passphrase, %s, is refused by that reason', async (_, text) => {
  await expect(writeSshSecrets({ key: text, knownHosts }, await makeParent())).rejects.toMatchObject({
    code: 'SSH_SECRET_INVALID',
    message: expect.stringContaining('has a passphrase') as string,
    hint: expect.stringContaining('ssh-keygen') as string,
  })
})

test('a key of OpenSSH without one is taken', async () => {
  const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${open}\n-----END OPENSSH PRIVATE KEY-----`
  await using file = await writeSshSecrets({ key: text, knownHosts }, await makeParent())
  expect(await readFile(file.path, 'utf8')).toContain('IdentityFile')
})
