import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBareRoot } from '../../support/net/bare-root.ts'
import { startDockerRepository, type DockerRepository } from '../../support/net/docker-repository.ts'
import { startTestNet, type TestNet } from '../../support/net/test-net.ts'
import { TrialApp } from '../bad-input/support/trial-app.ts'

let net: (TestNet & AsyncDisposable) | undefined
let repository: DockerRepository | undefined
let app: TrialApp

beforeAll(async () => {
  const bareRoot = await ensureBareRoot()
  net = await startTestNet({ servers: { online: { bareRoot } } })
  repository = await startDockerRepository(net.facts.hostAddress, bareRoot)
  app = new TrialApp({ net, server: 'online', name: 'set-up-online', port: 8198 })
  const script =
    'echo "$1" >>/etc/hosts && cat >/usr/local/share/ca-certificates/tests.crt && update-ca-certificates'
  const trusted = await app.server.run(['sh', '-c', script, 'sh', repository.hostsLine], {
    input: repository.caText,
  })
  expect(trusted.exitCode).toBe(0)
}, 1_200_000)

afterAll(async () => {
  await repository?.[Symbol.asyncDispose]()
  await net?.[Symbol.asyncDispose]()
})

test("a server that reaches Docker's repository gets Docker from there, by its signed lists", async () => {
  const { exitCode, stdout, stderr } = await app.deploy({ argv: ['setup', 'test', '--yes'] })
  if (exitCode !== 0) throw new Error(`The set-up failed: ${stderr}`)
  expect(stdout).toContain("✓  Add Docker's apt repository for debian trixie")
  expect(stdout).toContain('✓  Install docker-ce, docker-ce-cli, containerd.io')
  expect(repository?.requests).toContain('/linux/debian/gpg')
  const installed = [
    'dpkg-query',
    '-W',
    '-f',
    '${db:Status-Abbrev}${Version} ',
    'docker-ce',
    'docker-compose-plugin',
  ]
  expect((await app.server.run(installed)).stdout).toBe('ii 99.0 ii 99.0 ')
  const { stdout: source } = await app.server.run(['cat', '/etc/apt/sources.list.d/docker.sources'])
  expect(source).toBe(
    'Types: deb\nURIs: https://download.docker.com/linux/debian\nSuites: trixie\nComponents: stable\nSigned-By: /etc/apt/keyrings/docker.asc\n',
  )
  expect((await app.server.run(['stat', '-c', '%a %U', '/etc/apt/keyrings/docker.asc'])).stdout).toBe(
    '644 root\n',
  )
  expect(await app.server.docker('version', '--format', '{{.Server.Version}}')).toMatch(/^\d+\./)
})
