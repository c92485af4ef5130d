import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { version } from '../../../src/shared/version/version.ts'
import { readDeployResult } from '../../support/app/deploy-result.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { projectDirectory } from '../../support/images/cache.ts'
import { command } from '../../support/images/command.ts'
import { makeDebianNode } from '../../support/images/debian-node.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { testToken } from '../../support/net/registry.ts'
import { runCommand, type RunResult } from '../../support/net/run-command.ts'
import { composeWith } from '../support/compose-parts.ts'

const net = attachTestNet()
const server = net.server('srv1')
const port = 8152
const base = 'dray-test/node:24-trixie-slim'
const image = 'dray-test/dray'
let app: TestApp

/** Runs a shell in the container as a job of GitLab does: the repository is another user's, and the job's secrets are variables. */
async function job(script: string): Promise<RunResult> {
  const hosts = (await net.client.run(['cat', '/etc/hosts'])).stdout.split('\n')
  const names = hosts.flatMap((line) => {
    const [address = '', ...rest] = line.trim().split(/\s+/)
    return rest.map((name) => `--add-host=${name}:${address}`)
  })
  const key = (await net.client.run(['cat', '/root/.ssh/id_ed25519'])).stdout
  const knownHosts = (await net.client.run(['cat', '/root/.ssh/known_hosts'])).stdout
  const secrets = { DRAY_SSH_KEY: key, DRAY_SSH_KNOWN_HOSTS: knownHosts, GITHUB_TOKEN: testToken }
  const env = { ...secrets, GITHUB_ACTOR: 'octocat', CI: 'true', NODE_EXTRA_CA_CERTS: '/ca.pem' }
  const argv = ['docker', 'run', '--rm', '--network=host', ...names.filter((it) => !it.includes(':127.'))]
  const mounts = ['-v', `${app.directory}:/builds`, '-v', `${net.facts.registry.caFile}:/ca.pem:ro`]
  const variables = Object.keys(env).flatMap((name) => ['-e', name])
  const options = [...mounts, ...variables, '-w', '/builds']
  return runCommand([...argv, ...options, image, 'sh', '-c', script], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    timeoutMs: 240_000,
  })
}

beforeAll(async () => {
  await makeDebianNode(base)
  const context = await mkdtemp(join(tmpdir(), 'dray-image-'))
  try {
    await copyFile(join(projectDirectory, 'dist/dray.mjs'), join(context, 'dray.mjs'))
    const file = join(projectDirectory, 'packaging/Dockerfile')
    const options = ['--network=host', '--build-arg', `BASE=${base}`, '-f', file, '-t', image]
    await command(['docker', 'buildx', 'build', '-q', ...options, context])
  } finally {
    await rm(context, { recursive: true })
  }
  const files = { 'docker-compose.yml': composeWith({ port }) }
  app = await TestApp.make({ net, server, name: 'boxed', port, files })
  await command(['git', 'init', '-q', app.directory])
  await command(['chmod', '-R', 'go+rX', app.directory])
})

afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await command(['docker', 'rmi', '-f', image, base])
})

test('the container has what dray needs, and no root', async () => {
  const { exitCode, stdout, stderr } = await job(
    'id -u; dray --version; git -C /builds rev-parse --is-inside-work-tree; ssh -V',
  )
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `1000\n${version}\ntrue\n` })
  expect(stderr).toMatch(/^OpenSSH_/)
})

test('a job deploys from inside it', async () => {
  const examined = await job('dray doctor test --tag v1')
  expect(examined.exitCode === 0 ? '' : examined.stdout + examined.stderr).toBe('')
  const deployed = readDeployResult(await job('exec dray deploy test --tag v1 --json'))
  expect(deployed).toMatchObject({ exitCode: 0, outcome: 'deployed' })
  expect(await app.version()).toBe('v1')
})
