import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { listEnvironments, loadConfig } from '../../../src/config/load-config.ts'
import { composeText, failureOf, load, makeProject } from '../../support/make-project.ts'

const full = `
x-common: &common { tag: sha }
app: shop
registry: ghcr.io/Acme
environments:
  test: { <<: *common, host: deploy@test.example.com, path: /srv/app-name/ }
  production:
    hosts: [deploy@a.example.com, deploy@b.example.com]
    compose: docker-compose.yml
    tag: version
    keep: 10
    probe: { url: https://shop.example.com/, timeout: 1s }
    env: { PUBLIC_URL: https://shop.example.com }
  dev: { host: local, tag: 'build-1' }
tasks:
  migrate: { service: [backend, app], run: [npm, run, migrate], when: before, timeout: 10m }
  sync-manual: { service: backend, run: npm run sync && true, when: after }
proxy: { service: nginx }
probe: { url: http://localhost/api/health }
services: { worker: { rollout: recreate, health: { timeout: 90s }, drain: 1m30s } }
registries:
  registry.example.com: { username: deploy, password: $REGISTRY_PASSWORD }
  10.0.0.5:5000: { insecure: true }
bundle: { include: [certs/ca.pem] }
`

describe('a file that says everything', () => {
  test('is read for one environment', async () => {
    const config = await load(full)
    expect(config).toMatchObject({
      app: 'shop',
      registry: { host: 'ghcr.io', owner: 'acme' },
      environment: {
        name: 'test',
        hosts: ['deploy@test.example.com'],
        path: '/srv/app-name',
        composeFiles: ['docker-compose.yml'],
        tagRule: { kind: 'sha' },
        keep: 5,
        env: {},
      },
      tasks: [
        {
          name: 'migrate',
          serviceCandidates: ['backend', 'app'],
          argv: ['npm', 'run', 'migrate'],
          when: 'before',
          timeoutMs: 600_000,
        },
        {
          name: 'sync-manual',
          serviceCandidates: ['backend'],
          argv: ['sh', '-c', 'npm run sync && true'],
          when: 'after',
        },
      ],
      proxyService: 'nginx',
      probe: { url: 'http://localhost/api/health', timeoutMs: 5000, everyMs: 100 },
      services: { worker: { rollout: 'recreate', healthTimeoutMs: 90_000, drainMs: 90_000 } },
      registries: {
        'registry.example.com': {
          username: 'deploy',
          passwordVariable: 'REGISTRY_PASSWORD',
          insecure: false,
        },
        '10.0.0.5:5000': { insecure: true },
      },
      bundle: { include: ['certs/ca.pem'], exclude: [] },
    })
    expect(config.configFile).toBe(path.join(config.projectDirectory, 'dray.yml'))
  })

  test('lets an environment have its own hosts, rule, probe, values and number of releases', async () => {
    const { environment, probe } = await load(full, { environmentName: 'production' })
    expect(environment).toMatchObject({
      hosts: ['deploy@a.example.com', 'deploy@b.example.com'],
      path: '/srv/shop',
      tagRule: { kind: 'version' },
      keep: 10,
      env: { PUBLIC_URL: 'https://shop.example.com' },
    })
    expect(probe).toEqual({ url: 'https://shop.example.com/', timeoutMs: 1000, everyMs: 100 })
  })

  test('lets an environment turn the probe off', async () => {
    const text = 'probe: { url: http://a/ }\nenvironments: { test: { host: a, probe: false } }'
    expect((await load(text)).probe).toBe(false)
  })

  test('lets an environment have its own hooks instead of those at the top', async () => {
    const hooks = 'hooks: { before: ./check.sh, after: [npm, run, purge] }\n'
    const text = `${hooks}environments: { test: { host: a }, live: { host: b, hooks: { failure: tell, timeout: 9s } } }`
    expect((await load(text)).hooks).toEqual({
      before: { argv: ['sh', '-c', './check.sh'], timeoutMs: 300_000 },
      after: { argv: ['npm', 'run', 'purge'], timeoutMs: 300_000 },
    })
    expect((await load(text, { environmentName: 'live' })).hooks).toEqual({
      failure: { argv: ['sh', '-c', 'tell'], timeoutMs: 9000 },
    })
  })

  test('lets an environment replace the notifications of the top, or disable them', async () => {
    const text = `notify: [{ slack: $SLACK }, { webhook: "\${HOOK}", on: [failure] }]
environments: { test: { host: a }, dev: { host: b, notify: [] } }`
    expect((await load(text)).notify).toEqual([
      { kind: 'slack', variable: 'SLACK', on: ['success', 'failure', 'rollback'] },
      { kind: 'webhook', variable: 'HOOK', on: ['failure'] },
    ])
    expect((await load(text, { environmentName: 'dev' })).notify).toEqual([])
  })

  test('deploys to the directory itself where the host is local', async () => {
    const config = await load(full, { environmentName: 'dev' })
    expect(config.environment.path).toBe(config.projectDirectory)
    expect(config.environment.tagRule).toEqual({ kind: 'template', text: 'build-1' })
  })
})

describe('a front', () => {
  const frontOf = async (front: string) =>
    (await load(`environments: { test: { host: a, front: ${front} } }\n`)).front

  test.each<[string, unknown]>([
    ['false', undefined],
    ['true', { services: undefined, domains: [] }],
    ['{ services: [web] }', { services: ['web'], domains: [] }],
    ['{ domain: a.example.com }', { services: undefined, domains: [{ name: 'a.example.com' }] }],
    [
      '{ domain: [example.com, www.example.com] }',
      { services: undefined, domains: [{ name: 'example.com' }, { name: 'www.example.com' }] },
    ],
    [
      '{ domain: { a.example.com: web, b.example.com: api:8000 }, acme: { url: https://ca.test/ } }',
      {
        services: undefined,
        domains: [
          { name: 'a.example.com', service: 'web' },
          { name: 'b.example.com', service: 'api', port: 8000 },
        ],
        acme: { url: 'https://ca.test/' },
      },
    ],
  ])('%s', async (text, front) => {
    expect(await frontOf(text)).toEqual(front)
  })

  test('with a domain is the URL of the environment, unless that has one', async () => {
    const urlOf = async (more: string) =>
      (await load(`environments: { test: { host: a, front: { domain: a.example.com }${more} } }\n`))
        .environment.url
    expect(await urlOf('')).toBe('https://a.example.com')
    expect(await urlOf(', url: https://b.example.com')).toBe('https://b.example.com')
  })
})

describe('defaults', () => {
  const short = 'environments: { test: { host: a } }'

  test('is derived from the directory and the repository', async () => {
    const config = await load(short, { githubOwner: () => Promise.resolve('AcmeCorp') })
    expect(config.app).toBe('shop')
    expect(config.registry).toEqual({ host: 'ghcr.io', owner: 'acmecorp' })
    expect(config.environment).toMatchObject({ path: '/srv/shop', keep: 5, tagRule: undefined })
    expect(config.proxyService).toBeUndefined()
    expect(config.probe).toBeUndefined()
  })

  test('has no registry where there is no repository', async () => {
    expect((await load(short)).registry).toBeUndefined()
  })

  test('takes the app from the name of the compose file', async () => {
    const cwd = await makeProject({ 'dray.yml': short, 'compose.yml': `name: webshop\n${composeText}` })
    expect((await loadConfig({ cwd, environmentName: 'test' })).app).toBe('webshop')
  })

  test.each(['name: ${APP}\n', 'name: [\n'])('leaves a compose name %j to Compose', async (line) => {
    const cwd = await makeProject({ 'dray.yml': short, 'compose.yml': `${line}${composeText}` })
    expect((await loadConfig({ cwd, environmentName: 'test' })).app).toBe('shop')
  })

  test('takes the compose file that Compose would take', async () => {
    const cwd = await makeProject({
      'dray.yml': short,
      'docker-compose.yml': composeText,
      'compose.yaml': composeText,
    })
    const config = await loadConfig({ cwd, environmentName: 'test' })
    expect(config.environment.composeFiles).toEqual(['compose.yaml'])
  })
})

describe('compose files', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['its override file', { 'docker-compose.override.yml': composeText }, ['docker-compose.override.yml']],
    [
      'the override file that Compose prefers',
      { 'docker-compose.override.yml': composeText, 'compose.override.yml': composeText },
      ['compose.override.yml'],
    ],
    [
      'no override file of dray',
      { 'docker-compose.override.yml': `# Written by dray at every deploy\n${composeText}` },
      [],
    ],
  ])('by default are those of Compose: %s', async (_, files, more) => {
    const cwd = await makeProject({
      'dray.yml': 'environments: { test: { host: a } }',
      'docker-compose.yml': composeText,
      ...files,
    })
    const { environment } = await loadConfig({ cwd, environmentName: 'test' })
    expect(environment.composeFiles).toEqual(['docker-compose.yml', ...more])
  })

  test('have no override file where they are named', async () => {
    const text = 'environments: { test: { host: a, compose: docker-compose.yml } }'
    const cwd = await makeProject({
      'dray.yml': text,
      'docker-compose.yml': composeText,
      'docker-compose.override.yml': composeText,
    })
    expect((await loadConfig({ cwd, environmentName: 'test' })).environment.composeFiles).toEqual([
      'docker-compose.yml',
    ])
  })

  test('are relative to the directory of the first', async () => {
    const cwd = await makeProject({
      'dray.yml': 'environments: { test: { host: a, compose: [deploy/base.yml, deploy/more/test.yml] } }',
      'deploy/base.yml': composeText,
      'deploy/more/test.yml': composeText,
    })
    const config = await loadConfig({ cwd, environmentName: 'test' })
    expect(config.projectDirectory).toBe(path.join(cwd, 'deploy'))
    expect(config.environment.composeFiles).toEqual(['base.yml', 'more/test.yml'])
  })

  test('that are not there are named', async () => {
    const error = await failureOf(load('environments: { test: { host: a, compose: compose.prod.yml } }'))
    expect(error.code).toBe('COMPOSE_MISSING')
    expect(error.message).toContain('compose.prod.yml')
  })

  test('are reported as missing where there is no such file', async () => {
    const cwd = await makeProject({ 'dray.yml': 'environments: { test: { host: a } }' })
    const error = await failureOf(loadConfig({ cwd, environmentName: 'test' }))
    expect(error.code).toBe('COMPOSE_MISSING')
  })

  test('must not lie outside the directory of the first', async () => {
    const cwd = await makeProject({
      'dray.yml': 'environments: { test: { host: a, compose: [deploy/a.yml, b.yml] } }',
      'deploy/a.yml': composeText,
      'b.yml': composeText,
    })
    const error = await failureOf(loadConfig({ cwd, environmentName: 'test' }))
    expect(error.code).toBe('COMPOSE_PATH_OUTSIDE')
  })
})

describe('an environment that is not there', () => {
  test('is refused with those that are, the nearest first', async () => {
    const error = await failureOf(load(full, { environmentName: 'produktion' }))
    expect(error.code).toBe('ENVIRONMENT_UNKNOWN')
    expect(error.message).toMatch(/has no environment `produktion`; known environments: production, /)
    expect(error.hint).toBe('Did you mean `production`?')
  })

  test('may be `local`, which is this machine only without a dray.yml', async () => {
    const error = await failureOf(load(full, { environmentName: 'local' }))
    expect(error.hint).toContain('add `local: { host: local }`')
  })

  test.each(['constructor', '__proto__'])('may be called %s', async (environmentName) => {
    const error = await failureOf(load(full, { environmentName }))
    expect(error.code).toBe('ENVIRONMENT_UNKNOWN')
  })
})

describe('without dray.yml', () => {
  test('a directory with a compose file has the environment local', async () => {
    const cwd = await makeProject({ 'compose.yaml': composeText })
    expect(await listEnvironments(cwd)).toEqual(['local'])
    const config = await loadConfig({ cwd, environmentName: 'local' })
    expect(config).toMatchObject({ app: 'shop', configFile: undefined, projectDirectory: cwd })
    expect(config.environment).toMatchObject({ hosts: ['local'], path: cwd })
  })

  test('there is no other environment', async () => {
    const cwd = await makeProject({ 'compose.yaml': composeText })
    const error = await failureOf(loadConfig({ cwd, environmentName: 'production' }))
    expect(error.code).toBe('ENVIRONMENT_UNKNOWN')
    expect(error.message).toContain('the only one is `local`')
  })

  test('and without a compose file there is nothing to deploy', async () => {
    const cwd = await makeProject({})
    const error = await failureOf(loadConfig({ cwd, environmentName: 'local' }))
    expect(error.code).toBe('CONFIG_MISSING')
    expect(error.message).toContain(cwd)
  })
})

describe('--config', () => {
  test('names a file elsewhere, and paths are relative to it', async () => {
    const cwd = await makeProject({
      'ops/dray.yml': 'environments: { test: { host: a, compose: ../c.yml } }',
      'c.yml': composeText,
    })
    const config = await loadConfig({ cwd, configPath: 'ops/dray.yml', environmentName: 'test' })
    expect(config.projectDirectory).toBe(cwd)
    expect(config.environment.composeFiles).toEqual(['c.yml'])
  })

  test('must name a file that is there', async () => {
    const cwd = await makeProject({ 'compose.yaml': composeText })
    const error = await failureOf(loadConfig({ cwd, configPath: 'prod.yml', environmentName: 'test' }))
    expect(error.code).toBe('CONFIG_MISSING')
    expect(error.message).toContain('prod.yml')
  })

  test('must not name a directory', async () => {
    const cwd = await makeProject({ 'compose.yaml': composeText })
    await mkdir(path.join(cwd, 'prod.yml'))
    const error = await failureOf(loadConfig({ cwd, configPath: 'prod.yml', environmentName: 'test' }))
    expect(error.code).toBe('CONFIG_MISSING')
    expect(error.message).toContain('cannot be read')
  })
})

test.each([
  ['2', { hosts: 2 }],
  ["'25%'", { percent: 25 }],
])('hosts with roles, and rolling: %s', async (written, rolling) => {
  const { environment } = await load(
    `environments:\n  test:\n    rolling: ${written}\n    hosts: [{ host: a, services: [web, api] }, { host: w, services: [worker] }, b]\n`,
  )
  expect(environment).toMatchObject({
    hosts: ['a', 'w', 'b'],
    roles: { a: ['web', 'api'], w: ['worker'] },
    rolling,
  })
})
