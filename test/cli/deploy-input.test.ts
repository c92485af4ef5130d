import { access, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { InputOf } from '../../src/cli/command/command.ts'
import type { deployCommand } from '../../src/cli/commands/ship/deploy.ts'
import { desiredRelease } from '../../src/cli/commands/ship/desired-release.ts'
import { loadDeploy } from '../../src/cli/commands/ship/load-deploy.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { composeText, failureOf, makeProject } from '../support/make-project.ts'
import { noInput, runCli } from '../support/run-cli.ts'

const drayYml =
  'registry: ghcr.io/acme\nenvironments:\n  test: { host: deploy@test.example.com }\n  production: { host: b }\n'

const isThere = async (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

describe('invalid input, refused before any request', () => {
  test.each(['deploy', 'plan'])('%s where there is nothing to deploy', async (command) => {
    const { exitCode, stderr } = await runCli([command, 'test'], { cwd: await makeProject({}) })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('[CONFIG_MISSING]')
  })

  test.each([
    ['deploy', 'dray deploy test'],
    ['plan', 'dray plan test'],
    ['history', 'dray history test'],
    ['logs', 'dray logs test'],
    ['task', 'dray task test'],
  ])('%s without an environment: those there are, and its own example', async (command, example) => {
    const cwd = await makeProject({ 'dray.yml': drayYml, 'compose.yml': composeText })
    const { exitCode, stderr } = await runCli([command], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('The environment is missing. Environments: test, production.')
    expect(stderr).toContain(`\`${example}\``)
  })

  test('an environment that is not there', async () => {
    const cwd = await makeProject({ 'dray.yml': drayYml, 'compose.yml': composeText })
    const { exitCode, stderr } = await runCli(['deploy', 'prodction'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Did you mean `production`?')
  })

  test('a configuration with problems, each with its place', async () => {
    const cwd = await makeProject({ 'dray.yml': 'environments:\n  test: { hots: a, tag: 1.10 }\n' })
    const { exitCode, stderr } = await runCli(['deploy', 'test'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('dray.yml:2:11')
    expect(stderr).toContain('dray.yml:2:25')
  })

  test('one problem, with its place on a line of its own', async () => {
    const cwd = await makeProject({ 'dray.yml': 'environments:\n  test: { host: a, keep: 0 }\n' })
    const { stderr } = await runCli(['deploy', 'test'], { cwd })
    expect(stderr).toMatch(/environments\.test\.keep: expected 1 or more, found 0\n +dray\.yml:2:26\n/)
  })
})

describe('the file of deploy-time values', () => {
  test.each<[string, string[]]>([
    ['the environment is unknown', ['deploy', 'nowhere']],
    ['no environment is named', ['deploy']],
    ['the tag is refused', ['deploy', 'test', '--tag', '.bad']],
  ])('is deleted also when %s', async (_, argv) => {
    const cwd = await makeProject({
      'dray.yml': drayYml,
      'compose.yml': composeText,
      '.env.deploy': 'GITHUB_TOKEN=ghs_abc',
    })
    const { exitCode, stdout, stderr } = await runCli([...argv, '--env-file', '.env.deploy'], { cwd })
    expect(exitCode).toBe(2)
    expect(await isThere(path.join(cwd, '.env.deploy'))).toBe(false)
    expect(stdout + stderr).not.toContain('ghs_abc')
  })

  test('is never the .env of the app', async () => {
    const cwd = await makeProject({ 'compose.yml': composeText, '.env': 'SECRET=1' })
    const { exitCode, stderr } = await runCli(['deploy', 'local', '--env-file', '.env'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('[ENV_FILE_INVALID]')
    expect(await readFile(path.join(cwd, '.env'), 'utf8')).toBe('SECRET=1')
  })
})

describe('the input of a deploy', () => {
  const global = { configPath: undefined, json: false, plain: true, color: true, debug: false }

  const loadIn = async (
    files: Record<string, string>,
    options: InputOf<typeof deployCommand>['options'],
    name = 'test',
  ) => {
    const cwd = await makeProject({ 'compose.yml': composeText, ...files })
    const context = {
      cwd,
      env: { GITHUB_SHA: 'abc123', GITHUB_REPOSITORY_OWNER: 'Octo' },
      stdin: noInput,
      stdout: { write: () => true },
      stderr: { write: () => true },
      secrets: [],
      signal: new AbortController().signal,
      clock: systemClock,
      reportInterrupt: () => undefined,
    }
    return loadDeploy({ arguments: { environment: name }, rest: [], options, global }, context)
  }

  test('is configuration, values and options together', async () => {
    const { config, values, options } = await loadIn(
      { 'dray.yml': drayYml, '.env.deploy': 'IMAGE_TAG=v7\nFEATURE=on' },
      { envFile: '.env.deploy', wait: true, adopt: true, dryRun: true },
    )
    expect(config.environment.hosts).toEqual(['deploy@test.example.com'])
    expect(values).toMatchObject({
      tag: 'v7',
      composeVariables: { IMAGE_TAG: 'v7', FEATURE: 'on', REGISTRY_OWNER: 'acme' },
    })
    expect(options).toEqual({ ...global, expected: [], waitMs: 900_000, adopt: true, dryRun: true })
  })

  test('has no wait unless it is asked for, and takes a duration', async () => {
    expect((await loadIn({ 'dray.yml': drayYml }, {})).options.waitMs).toBe(0)
    expect((await loadIn({ 'dray.yml': drayYml }, { wait: '1m30s' })).options.waitMs).toBe(90_000)
  })

  test('has the images that the tags have to stand for', async () => {
    const expect1 = `ghcr.io/acme/shop-backend@sha256:${'a'.repeat(64)}`
    const expect2 = `ghcr.io/acme/shop-frontend@sha256:${'b'.repeat(64)}`
    const { options } = await loadIn({ 'dray.yml': drayYml }, { expect: ` ${expect1}\n${expect2} ` })
    expect(options.expected.map(({ repository, digest }) => `${repository}@${digest}`)).toEqual([
      expect1,
      expect2,
    ])
    const loading = loadIn({ 'dray.yml': drayYml }, { expect: 'ghcr.io/acme/shop:v1' })
    await expect(loading).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('no digest') as string,
    })
  })

  test('takes the owner from Actions where there is no repository and no dray.yml', async () => {
    const { config } = await loadIn({}, {}, 'local')
    expect(config.registry).toEqual({ host: 'ghcr.io', owner: 'octo' })
    expect(config.environment.hosts).toEqual(['local'])
  })

  test('has the tag that the rule finds', async () => {
    const { values } = await loadIn({ 'dray.yml': 'environments: { test: { host: a, tag: sha } }' }, {})
    expect([values.tag, values.tagSource]).toEqual(['abc123', 'tag: sha (GITHUB_SHA)'])
  })

  test('has the checked-out commit, else the one that a workflow runs for', async () => {
    const input = await loadIn({ 'dray.yml': drayYml }, {})
    const head = '3'.repeat(40)
    const inActions = (sha: string) => ({ ...input.values, variables: () => ({ GITHUB_SHA: sha }) })
    const commitOf = (changes: Partial<typeof input>) => desiredRelease({ ...input, ...changes }).commit
    expect(commitOf({ repository: { headSha: head, isDirty: false } })).toEqual({ id: head })
    const dirty = { headSha: head, isDirty: true }
    const values = inActions('4'.repeat(40))
    expect(commitOf({ repository: dirty, values })).toEqual({ id: head, isDirty: true })
    expect(commitOf({ repository: {}, values })).toEqual({ id: '4'.repeat(40) })
    expect(commitOf({ repository: {}, values: inActions('main') })).toBeUndefined()
    expect(commitOf({ repository: {} })).toBeUndefined()
  })

  test('is refused where the rule finds no tag', async () => {
    const error = await failureOf(
      loadIn({ 'dray.yml': 'environments: { test: { host: a, tag: version } }' }, {}),
    )
    expect(error.code).toBe('TAG_UNKNOWN')
  })
})

describe('the hosts of a deploy', () => {
  const several =
    'registry: ghcr.io/acme\nenvironments:\n  test: { hosts: [ann@a.example.com, b] }\n  one: { host: b }\n'

  test.each<[string, string[], string]>([
    ['none is left', ['--without', 'b', '--without', 'a.example.com'], 'no host of test is left'],
    ['an unknown one is left out', ['--without', 'c'], 'Environment test has no host `c`.'],
    ['an unknown one is the only one', ['--only', 'c'], 'Environment test has no host `c`.'],
    ['a tag for the release of the others', ['--only', 'b', '--tag', 'v1'], '`--only` excludes `--tag`.'],
    ['one that joins and is left out', ['--only', 'b', '--without', 'b'], '`--only` excludes `--without`.'],
  ])('%s', async (_, options, sentence) => {
    const cwd = await makeProject({ 'dray.yml': several, 'compose.yml': composeText })
    const { exitCode, stderr } = await runCli(['deploy', 'test', ...options], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(sentence)
  })

  test('a single host has no others to join', async () => {
    const cwd = await makeProject({ 'dray.yml': several, 'compose.yml': composeText })
    const { exitCode, stderr } = await runCli(['deploy', 'one', '--only', 'b'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('no host of one is left')
  })
})
