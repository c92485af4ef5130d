import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { testToken } from '../../support/net/registry.ts'
import { composeWith } from '../support/compose-parts.ts'
import { readDeployResult, stepsOf, type DeployResult } from '../../support/app/deploy-result.ts'
import { startUntil } from '../support/start-until.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv1')
/** Only values of the file are to be used. */
const noVariables = { GITHUB_TOKEN: '', GITHUB_ACTOR: '' }
let app: TestApp

beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'secrets',
    port: 8081,
    files: { 'docker-compose.yml': composeWith({ port: 8081 }) },
  })
})

afterAll(() => app[Symbol.asyncDispose]())

describe('deploy-time values from --env-file', () => {
  const envDeploy = () =>
    `IMAGE_TAG=v1\nREGISTRY_OWNER=acme\n# a comment\nnot an assignment\nGITHUB_ACTOR=octocat\nENV=test\nGITHUB_TOKEN=${testToken}`

  test('are used, including a last line without newline, and the file is deleted', async () => {
    const result = await deployWith(envDeploy())
    expect(result.failure).toBeUndefined()
    expect(result.exitCode).toBe(0)
    expect(await app.version()).toBe('v1')
    expect(existsSync(join(app.directory, '.env.deploy'))).toBe(false)
  })

  test('are deleted when the registry refuses the token', async () => {
    const result = await deployWith(envDeploy().replace(testToken, 'expired-token'))
    expect(result.exitCode).toBe(3)
    expect(result.failure?.code).toMatch(/^REGISTRY_(UNAUTHORIZED|FORBIDDEN)$/)
    expect(existsSync(join(app.directory, '.env.deploy'))).toBe(false)
  })

  test('are deleted when the configuration is wrong', async () => {
    await app.writeSource({ 'wrong.yml': 'environments: 5\n' })
    const result = await deployWith(envDeploy(), '--config', 'wrong.yml')
    expect(result.exitCode).toBe(2)
    expect(existsSync(join(app.directory, '.env.deploy'))).toBe(false)
  })

  test('are deleted when the server is not there', async () => {
    await app.writeSource({
      'nowhere.yml': JSON.stringify({
        app: 'secrets',
        registry: 'ghcr.io/acme',
        environments: { test: { host: 'deploy@10.213.0.250', path: app.path } },
      }),
    })
    const result = await deployWith(envDeploy(), '--config', 'nowhere.yml')
    expect(result).toMatchObject({ exitCode: 3 })
    expect(existsSync(join(app.directory, '.env.deploy'))).toBe(false)
  })

  async function deployWith(text: string, ...options: string[]): Promise<DeployResult> {
    await app.writeSource({ '.env.deploy': text })
    const args = ['deploy', 'test', '--env-file', '.env.deploy', '--json', ...options]
    return readDeployResult(await app.dray(args, { env: noVariables }))
  }
})

describe('the registry token', () => {
  test('is nowhere on the server while a deploy works', async () => {
    const running = await startUntil(
      app,
      { args: ['deploy', 'test', '--tag', 'v2-slow-start', '--json'] },
      /"step\.started".*"wait-healthy"/,
    )
    expect(await server.findInProcesses(testToken)).toEqual([])
    expect(await server.findOnDisk(testToken)).toEqual([])
    const result = await running.done
    expect(result.exitCode).toBe(0)
    expect(result.stdout + result.stderr).not.toContain(testToken)
  })

  test('is not there while an image is pulled', async () => {
    await net.registry.setFault({ match: /pkg-containers.*blobs/, bytesPerSecond: 4_000_000 })
    await using _faults = { [Symbol.asyncDispose]: () => net.registry.clearFaults() }
    await server.run(['sh', '-c', 'docker image ls -q "ghcr.io/acme/*" | xargs -r docker rmi -f'])
    const running = await startUntil(
      app,
      { args: ['deploy', 'test', '--tag', 'v3', '--json'] },
      /"step\.started".*"pull-image"/,
    )
    expect(await server.findInProcesses(testToken)).toEqual([])
    expect((await running.done).exitCode).toBe(0)
  })

  test('is nowhere on the server afterwards: not on its disk, in its processes or logs, nor in the base64 of a login', async () => {
    const login = Buffer.from(`octocat:${testToken}`).toString('base64')
    for (const text of [testToken, Buffer.from(testToken).toString('base64').replace(/=+$/, ''), login]) {
      expect(await server.findOnDisk(text)).toEqual([])
      expect(await server.findInProcesses(text)).toEqual([])
    }
    const { stdout } = await server.run(['sh', '-c', 'docker ps -aq | xargs -n1 docker inspect'])
    expect(stdout).toContain('"Env"')
    expect(stdout).not.toContain(testToken)
    expect((await server.run(['sh', '-c', 'ls /home/deploy/.docker /root/.docker'])).stdout).toBe('')
  })

  test('is not printed when a deploy fails either', async () => {
    const result = await app.dray(['deploy', 'test', '--tag', 'v2-exits-at-once', '--plain', '--debug'])
    expect(result.exitCode).toBe(1)
    expect(result.stdout + result.stderr).not.toContain(testToken)
    expect(await server.findOnDisk(testToken)).toEqual([])
  })
})

describe(".env, which is the server's", () => {
  test('missing: refused before anything is touched', async () => {
    await using bare = await TestApp.make({
      net,
      server,
      name: 'no-env',
      port: 8082,
      files: { 'docker-compose.yml': composeWith({ port: 8082 }) },
      envFile: undefined,
    })
    const result = await bare.deploy('v1')
    expect(result).toMatchObject({ exitCode: 3, failure: { code: 'ENV_MISSING' } })
    expect((await server.run(['ls', '-A', bare.path])).stdout).toBe('')
    expect(await bare.containers()).toEqual([])
  })

  test('readable by others: a warning, with the command that fixes it', async () => {
    await server.run(['chmod', '644', `${app.path}/.env`])
    const result = await app.dray(['plan', 'test', '--tag', 'v1'])
    expect(result.stdout + result.stderr).toMatch(/is readable by other users.*chmod 600/s)
    await server.run(['chmod', '600', `${app.path}/.env`])
    expect((await app.dray(['plan', 'test', '--tag', 'v1'])).stdout).not.toContain('chmod 600')
  })

  test('is never shipped, overwritten or touched, whatever patterns the configuration has', async () => {
    await app.writeSource({
      '.env': 'SESSION_SECRET=of-a-laptop\n',
      'nginx/.env': 'SESSION_SECRET=of-a-laptop\n',
      '.env.production': 'SESSION_SECRET=of-a-laptop\n',
      'certs/ca.pem': 'a certificate\n',
      'certs/ca.key': 'no part of the app\n',
      'including.yml': including(['**/.env', '.env*', 'nginx', 'certs/**'], ['**/*.key']),
    })
    const before = await facts()
    const result = await app.mustDeploy('v1', '--config', 'including.yml')
    expect(await facts()).toBe(before)
    expect(await server.findOnDisk('of-a-laptop')).toEqual([])
    expect(stepsOf(result, 'place-files').flatMap(({ changed }) => changed)).toContain('certs/ca.pem')
    expect(await app.readOnServer('certs/ca.pem')).toBe('a certificate\n')
    expect(await app.readOnServer('certs/ca.key')).toBeUndefined()
  })

  test('named in `bundle.include`: refused before anything is touched', async () => {
    await app.writeSource({ 'naming.yml': including(['nginx', '.env'], []) })
    const before = await facts()
    const result = await app.deploy('v1', '--config', 'naming.yml')
    expect(result).toMatchObject({ exitCode: 2, failure: { code: 'CONFIG_INVALID' } })
    expect(result.stdout + result.stderr).toContain('bundle.include[1]')
    expect(await facts()).toBe(before)
  })

  test('is untouched by a release that fails and is undone', async () => {
    const before = await facts()
    expect((await app.deploy('v2-exits-at-once')).exitCode).toBe(1)
    expect(await facts()).toBe(before)
  })

  const including = (include: string[], exclude: string[]) =>
    JSON.stringify({
      app: 'secrets',
      registry: 'ghcr.io/acme',
      environments: { test: { host: server.sshTarget, path: app.path } },
      bundle: { include, exclude },
    })

  /** Content, mode, owner, inode and times. */
  async function facts(): Promise<string> {
    const script = 'sha256sum "$0"; stat -c "%a %u %g %i %Y %Z %s" "$0"'
    return (await server.run(['sh', '-c', script, `${app.path}/.env`])).stdout
  }
})

describe('a change of .env by its people', () => {
  test('recreates the services that read it at the next deploy, and says why', async () => {
    await app.mustDeploy('v1')
    const before = await app.containerIds('nginx')
    await app.writeOnServer('.env', 'SHOP_START_MS=200\nNEW=1\n', '600')
    const result = await app.mustDeploy('v1')
    expect(result.outcome).toBe('deployed')
    const causes = (result.plan?.steps ?? []).map((step) => step.cause).join('; ')
    expect(causes).toContain('.env')
    expect(await app.containerIds('nginx')).toEqual(before)
    const { stdout } = await app.compose('exec', '-T', 'backend', 'env')
    expect(stdout).toContain('NEW=1')
  })
})
