import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'
import { findCodeBlocks, readScript } from '../../support/docs/code-blocks.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { cloneDirectory } from '../../support/net/machine.ts'
import { testToken } from '../../support/net/registry.ts'
import type { NpmRegistry } from '../../support/npm-registry.ts'
import { startPackedRegistry } from './support/packed-registry.ts'

const net = attachTestNet()
const server = net.server('srv1')
let app: TestApp
let npm: NpmRegistry
/** Homes of users with the repository of the app, and nothing of dray. */
const homes: string[] = []

const readPage = (name: string): Promise<string> => readFile(join(cloneDirectory, 'docs', name), 'utf8')

const onServer = async (script: string, input = ''): Promise<void> => {
  const { exitCode, stderr } = await server.run(['su', 'deploy', '-c', script], { input, env: {} })
  if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}: ${stderr}`)
}
const onClient = (...argv: string[]): Promise<unknown> => net.client.run(argv)

/** Types the commands of a page, in a directory with the compose file and the files of the proxy. Gives what they printed. */
async function typePage(page: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'dray-guide-'))
  homes.push(home)
  await mkdir(join(home, 'shop'))
  for (const name of ['docker-compose.yml', 'nginx']) {
    await cp(join(app.directory, name), join(home, 'shop', name), { recursive: true })
  }
  const { exitCode, stdout, stderr } = await net.client.run(['sh', '-ec', readScript(page)], {
    cwd: join(home, 'shop'),
    env: { HOME: home, npm_config_registry: npm.url },
    timeoutMs: 300_000,
  })
  expect(exitCode === 0 ? '' : stdout + stderr).toBe('')
  return stdout
}

beforeAll(async () => {
  await net.registry.setTokens([testToken, 'ghp_your_token'])
  npm = await startPackedRegistry(net.facts.hostAddress)
  app = await TestApp.make({ net, server, name: 'shop', files: { 'docker-compose.yml': specCompose() } })
  const alias = 'Host test.example.com\\n  HostName srv1\\n  HostKeyAlias srv1\\n'
  await onClient('sh', '-c', `cp /root/.ssh/config /root/.ssh/before; printf '${alias}' >>/root/.ssh/config`)

  for (const path of ['docker-compose.yml', 'nginx/conf.d/default.conf']) {
    await app.writeOnServer(path, await readFile(join(app.directory, path), 'utf8'))
  }
  const page = await readPage('from-deploy-script.md')
  const [script] = findCodeBlocks(page).filter(({ language }) => language === 'bash')
  const values = `export GITHUB_ACTOR=octocat GITHUB_TOKEN=${testToken} IMAGE_TAG=v1\n`
  await onServer('sh -e', values + (script?.text ?? ''))
})

afterAll(async () => {
  await onClient('mv', '/root/.ssh/before', '/root/.ssh/config')
  await onServer('docker logout ghcr.io')
  await app[Symbol.asyncDispose]()
  await npm[Symbol.asyncDispose]()
  await Promise.all(homes.map((home) => rm(home, { recursive: true, force: true })))
  await net.registry.reset()
})

test('an app that the script of the guide deployed is taken over by its commands, and no request is lost', async () => {
  await expect.poll(() => app.version()).toBe('v1')
  const before = await app.containers()
  const page = await readPage('from-deploy-script.md')
  const { report } = await underLoad(app, {}, () => typePage(page))
  expectNoneFailed(report)
  expect(await app.version()).toBe('v2')
  const proxy = (containers: typeof before) => containers.find(({ service }) => service === 'nginx')?.id
  expect(proxy(await app.containers())).toBe(proxy(before))
})

test('an app that docker-rollout rolled is taken over by the commands of its guide, and no request is lost', async () => {
  // Such a roll: a second container, then the first one is removed. Nothing of the release before is left.
  await onServer(`cd ${app.path} && rm -rf .dray docker-compose.override.yml
export IMAGE_TAG=v1
docker compose up --detach --quiet-pull backend frontend
old=$(docker compose ps --quiet backend)
docker compose up --detach --no-recreate --scale backend=2 backend
sleep 2 && docker compose exec -T nginx nginx -s reload
sleep 1 && docker stop $old && docker rm $old`)
  await expect.poll(() => app.version()).toBe('v1')
  const page = await readPage('from-docker-rollout.md')
  const { report } = await underLoad(app, {}, () => typePage(page))
  expectNoneFailed(report)
  expect(await app.version()).toBe('v2')
})

test.each(['from-kamal.md', 'from-coolify.md'])(
  'every command of %s works as it stands there',
  async (name) => {
    const printed = await typePage(await readPage(name))
    expect(printed).toContain('test.example.com')
  },
)
