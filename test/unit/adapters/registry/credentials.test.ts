import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createCredentialStore,
  type CredentialSources,
} from '../../../../src/adapters/registry/credentials.ts'
import type { Credentials } from '../../../../src/deploy/model/ports.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'credentials-'))
})

afterEach(() => rm(home, { recursive: true }))

type Call = { argv: readonly string[]; input: string | undefined }

/** Programs of this machine by name; each gives what it prints, or an exit code. */
function programs(installed: Record<string, string | number>) {
  const calls: Call[] = []
  const runCommand: CredentialSources['runCommand'] = (argv, { input }) => {
    calls.push({ argv, input })
    const answer = installed[argv[0] ?? ''] ?? 127
    const isFailure = typeof answer === 'number'
    return Promise.resolve({ exitCode: isFailure ? answer : 0, stdout: isFailure ? '' : answer, stderr: '' })
  }
  return { runCommand, calls }
}

function store({ env = {}, ...sources }: Partial<CredentialSources> = {}) {
  const secretOf = (name: string) => {
    const value = env[name]
    return value === undefined ? undefined : new Secret(value)
  }
  const rest = { registries: {}, homeDirectory: home, ...programs({}), ...sources }
  return createCredentialStore({ env, secretOf, ...rest })
}

async function writeDockerConfig(config: unknown, directory = join(home, '.docker')): Promise<void> {
  await mkdir(directory, { recursive: true })
  await writeFile(
    join(directory, 'config.json'),
    typeof config === 'string' ? config : JSON.stringify(config),
  )
}

function reveal(login: Credentials | undefined): string | undefined {
  return login && `${login.username}:${login.password.reveal()}`
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('deploy-time values', () => {
  test('GITHUB_TOKEN and GITHUB_ACTOR are the login of ghcr.io, before everything else', async () => {
    await writeDockerConfig({ auths: { 'ghcr.io': { auth: base64('old:stale') } } })
    const find = store({ env: { GITHUB_TOKEN: ' ghs_fresh\n', GITHUB_ACTOR: 'octocat' } })
    expect(reveal(await find('ghcr.io'))).toBe('octocat:ghs_fresh')
  })

  test('any user name will do where there is no GITHUB_ACTOR', async () => {
    expect(reveal(await store({ env: { GITHUB_TOKEN: 'ghs_fresh' } })('ghcr.io'))).toBe('token:ghs_fresh')
  })

  test('GITHUB_TOKEN goes to no other registry', async () => {
    const find = store({ env: { GITHUB_TOKEN: 'ghs_fresh' } })
    expect(await find('docker.io')).toBeUndefined()
    expect(await find('ghcr.io.example.com')).toBeUndefined()
  })

  test.each(['', '  \n'])(
    'GITHUB_TOKEN that is set to %j is a mistake, not a missing login',
    async (value) => {
      await expect(store({ env: { GITHUB_TOKEN: value } })('ghcr.io')).rejects.toMatchObject({
        code: 'TOKEN_EMPTY',
        message: 'GITHUB_TOKEN, the password for ghcr.io, is empty.',
      })
    },
  )
})

describe('registries in dray.yml', () => {
  const registries = { 'registry.example.com': { username: 'deploy', passwordVariable: 'REGISTRY_PASSWORD' } }

  test('the password comes from the variable that is named', async () => {
    const find = store({ registries, env: { REGISTRY_PASSWORD: 'pa:ss' } })
    expect(reveal(await find('Registry.example.com'))).toBe('deploy:pa:ss')
  })

  test('an empty or missing variable is named', async () => {
    await expect(store({ registries })('registry.example.com')).rejects.toMatchObject({
      code: 'TOKEN_EMPTY',
      message: 'REGISTRY_PASSWORD, the password for registry.example.com, is not set.',
    })
    const empty = store({ registries, env: { REGISTRY_PASSWORD: '' } })('registry.example.com')
    await expect(empty).rejects.toMatchObject({ message: expect.stringContaining('is empty') as string })
  })

  test('a registry without a password is asked as any other', async () => {
    await writeDockerConfig({ auths: { '10.0.0.5:5000': { auth: base64('ann:secret') } } })
    const find = store({ registries: { '10.0.0.5:5000': {} } })
    expect(reveal(await find('10.0.0.5:5000'))).toBe('ann:secret')
  })
})

describe("Docker's own store", () => {
  test.each([
    ['ghcr.io', 'ghcr.io'],
    ['https://ghcr.io', 'ghcr.io'],
    ['https://ghcr.io/v2/', 'ghcr.io'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['localhost:5000', 'localhost:5000'],
  ])('the key %s is the login of %s', async (key, host) => {
    await writeDockerConfig({ auths: { [key]: { auth: base64('ann:se:cret') } } })
    expect(reveal(await store()(host))).toBe('ann:se:cret')
  })

  test('DOCKER_CONFIG names another directory', async () => {
    const directory = join(home, 'elsewhere')
    await writeDockerConfig({ auths: { 'ghcr.io': { auth: base64('ann:secret') } } }, directory)
    expect(reveal(await store({ env: { DOCKER_CONFIG: directory } })('ghcr.io'))).toBe('ann:secret')
  })

  test('DOCKER_AUTH_CONFIG comes before the file', async () => {
    await writeDockerConfig({ auths: { 'ghcr.io': { auth: base64('ann:file') } } })
    const env = {
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': { auth: base64('ann:memory') } } }),
    }
    expect(reveal(await store({ env })('ghcr.io'))).toBe('ann:memory')
  })

  test('an OAuth refresh token is recognized by its user name', async () => {
    await writeDockerConfig({
      auths: { 'acme.example.com': { auth: base64('x:'), identitytoken: 'refresh' } },
    })
    expect(reveal(await store()('acme.example.com'))).toBe('<token>:refresh')
  })

  test('a credential helper is asked over its standard input', async () => {
    await writeDockerConfig({
      credsStore: 'desktop',
      credHelpers: { 'ghcr.io': 'pass' },
      auths: { 'ghcr.io': {} },
    })
    const machine = programs({
      'docker-credential-pass': '{"ServerURL":"ghcr.io","Username":"ann","Secret":"kept"}',
      'docker-credential-desktop': '{"Username":"bob","Secret":"hub"}',
    })
    const find = store(machine)
    expect(reveal(await find('ghcr.io'))).toBe('ann:kept')
    expect(reveal(await find('docker.io'))).toBe('bob:hub')
    expect(machine.calls).toEqual([
      { argv: ['docker-credential-pass', 'get'], input: 'ghcr.io' },
      { argv: ['docker-credential-desktop', 'get'], input: 'https://index.docker.io/v1/' },
    ])
  })

  test('a helper without the login gives none', async () => {
    await writeDockerConfig({ credsStore: 'desktop' })
    const warnings: string[] = []
    const find = store({
      ...programs({ 'docker-credential-desktop': 1 }),
      warn: (text) => warnings.push(text),
    })
    expect(await find('registry.example.com')).toBeUndefined()
    expect(warnings).toEqual([])
  })

  test.each<[string, unknown, RegExp]>([
    ['a file that is no JSON', '{', /config\.json is not a valid Docker configuration/],
    ['a file of another shape', { auths: [] }, /config\.json is not a valid Docker configuration/],
    [
      'a helper that is not installed',
      { credsStore: 'gone' },
      /docker-credential-gone, which is not installed/,
    ],
    ['a helper that is a path', { credsStore: '../../bin/sh' }, /invalid name for a credential helper/],
    [
      'a helper that talks nonsense',
      { credsStore: 'odd' },
      /docker-credential-odd returned an invalid login/,
    ],
  ])('%s is warned about, and gives no login', async (_, config, warning) => {
    await writeDockerConfig(config)
    const warnings: string[] = []
    const machine = programs({ 'docker-credential-odd': 'hello' })
    const find = store({ ...machine, warn: (text) => warnings.push(text) })
    expect(await find('registry.example.com')).toBeUndefined()
    expect(warnings).toEqual([expect.stringMatching(warning)])
  })
})

describe("GitHub's command line", () => {
  test('its token serves ghcr.io where nothing else does, and is asked for once', async () => {
    const machine = programs({ gh: 'gho_laptop\n' })
    const find = store(machine)
    expect(reveal(await find('ghcr.io'))).toBe('token:gho_laptop')
    expect(reveal(await find('GHCR.io'))).toBe('token:gho_laptop')
    expect(await find('docker.io')).toBeUndefined()
    expect(machine.calls).toEqual([
      { argv: ['gh', 'auth', 'token', '--hostname', 'github.com'], input: undefined },
    ])
  })

  test.each([1, 127])('when it ends with %i there is no login', async (exitCode) => {
    expect(await store(programs({ gh: exitCode }))('ghcr.io')).toBeUndefined()
  })
})

test('a login cannot be printed by accident', async () => {
  const login = await store({ env: { GITHUB_TOKEN: 'ghs_fresh' } })('ghcr.io')
  expect(`${JSON.stringify(login)} ${inspect(login)}`).not.toContain('ghs_fresh')
})
