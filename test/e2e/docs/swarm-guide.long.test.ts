import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { TestApp } from '../../support/app/test-app.ts'
import { findCodeBlocks, type CodeBlock } from '../../support/docs/code-blocks.ts'
import { copyTag } from '../../support/images/copy-tag.ts'
import { prepareImages } from '../../support/images/prepare.ts'
import { cloneDirectory } from '../../support/net/machine.ts'
import { testToken } from '../../support/net/registry.ts'
import type { TestServer } from '../../support/net/server.ts'
import { startTestNet, type TestNet } from '../../support/net/test-net.ts'
import { readCommands, typeCommand } from './support/reader.ts'

// The guide's nodes. The app of Compose is on the first two: they become managers.
const names = ['m1', 'm2', 'm3', 'w1'] as const
const dray = {
  app: 'shop',
  registry: 'ghcr.io/acme',
  tasks: { migrate: { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' } },
  probe: { url: 'http://localhost/api/health' },
}
const ofCompose = {
  production: {
    hosts: ['deploy@m1.example.com', 'deploy@m2.example.com'],
    path: '/srv/shop',
    tag: 'version',
  },
}

let net: (TestNet & AsyncDisposable) | undefined
let app: TestApp
let page: string

beforeAll(async () => {
  net = await startTestNet({ servers: Object.fromEntries(names.map((name) => [name, {}])) })
  const { pushHost } = net.registry
  await prepareImages({
    registryPushHost: pushHost,
    only: (name) => /^(acme\/shop-(back|front)end|library\/nginx):/.test(name),
  })
  for (const repository of ['acme/shop-backend', 'acme/shop-frontend'])
    for (const [from, to] of [
      ['v1', 'v1.3.0'],
      ['v2', 'v1.4.0'],
      ['v3', 'v1.5.0'],
    ] as const)
      await copyTag({ baseUrl: `http://${pushHost}` }, repository, { from, to })
  page = await readFile(join(cloneDirectory, 'docs/swarm.md'), 'utf8')
  app = await TestApp.make({ net, server: server('m1'), name: 'shop' })
  await on(
    server('m2'),
    "install -d -o deploy /srv/shop && echo 'SHOP_START_MS=300' >/srv/shop/.env && chown deploy: /srv/shop/.env",
  )
  const aliases = names.map(
    (name) => `Host ${name}.example.com\\n  HostName ${name}\\n  HostKeyAlias ${name}\\n`,
  )
  await net.client.run(['sh', '-c', `printf '${aliases.join('')}' >>/root/.ssh/config`])
  await writeDray(ofCompose)
  const git = `git -c user.name=octocat -c user.email=octocat@example.com -C ${app.directory}`
  const release = `${git} init -q && ${git} add -A && ${git} commit -qm 'First release' && ${git} tag v1.3.0`
  await net.client.run(['sh', '-ec', release])
  await type('dray deploy production --tag v1.3.0')
}, 600_000)

afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await net?.[Symbol.asyncDispose]()
})

test('every command of the guide to a swarm works as it stands there, from two hosts with the sample app', async () => {
  expect(await app.version()).toBe('v1')
  const typed: string[] = []
  for (const block of findCodeBlocks(page)) {
    if (block.language === 'yaml') await write(block)
    if (block.language !== 'sh') continue
    for (const command of readCommands(block)) {
      typed.push(command.text)
      if (command.text.startsWith('dray')) await typeAsReader(command.text)
      else await onServers(command.text)
    }
  }
  expect(typed.length).toBeGreaterThan(7)
})

/** What the page says comes before a command, or what the reader sees after it. */
async function typeAsReader(command: string): Promise<void> {
  if (command.startsWith('dray plan')) {
    // Lines of the terminal end in the middle of words.
    const screen = (await type(command, 2)).replaceAll(/\s+/g, '')
    expect(screen).toContain('STACK_UNSUPPORTED')
    expect(screen).toMatch(/nginx,volumes:.*makeeachfileaconfig/)
    expect(screen).toMatch(/backend,volumes:volumedataexistsoneachnode/)
    return
  }
  // A release to come back from.
  if (command.startsWith('dray rollback')) await type('dray deploy production --tag v1.5.0')
  await type(command)
  await expect.poll(() => app.version()).toBe('v2')
  const nodes = await server('m1').docker(
    'service',
    'ps',
    '--filter',
    'desired-state=running',
    '--format',
    '{{.Node}}',
    'shop_backend',
  )
  expect(nodes.split('\n')).toHaveLength(3)
}

/** Types a command of Docker where the page says, and on the other nodes what it printed to type there. */
async function onServers(command: string): Promise<void> {
  if (command.startsWith('docker compose down')) {
    for (const name of ['m1', 'm2']) await on(server(name), `cd /srv/shop && ${command}`)
    return
  }
  const pool = '--default-addr-pool 10.201.0.0/16'
  const own = command.replace(/10\.0\.0\.11$/, `${server('m1').address} ${pool}`)
  const printed = await on(server('m1'), own)
  const join = /docker swarm join --token .*/.exec(printed)?.[0]
  if (!command.startsWith('docker swarm join-token') || join === undefined) return
  for (const name of command.endsWith('manager') ? ['m2', 'm3'] : ['w1']) await on(server(name), join)
}

/** Writes what a block of YAML shows into the file that it belongs to. */
async function write({ text }: CodeBlock): Promise<void> {
  const shown = parse(text) as Shown
  if (shown.environments !== undefined) await writeDray(shown.environments)
  else if (shown.configs !== undefined)
    await app.writeSource({
      'docker-compose.yml': stringify(withoutMesh(shown)),
      'nginx/conf.d/default.conf': site,
    })
}

type Shown = {
  environments?: Record<string, unknown>
  configs?: unknown
  services?: Record<string, { ports?: unknown; deploy?: Record<string, unknown> }>
}

/**
 * The kernel of the tests has no IPVS, so a swarm has neither virtual addresses nor the routing mesh there: services answer with the
 * addresses of their tasks, and nginx has the port of its node.
 */
function withoutMesh({ services = {}, ...others }: Shown): Shown {
  const entries = Object.entries(services).map(([name, service]) => {
    const deploy = { ...service.deploy, endpoint_mode: 'dnsrr' }
    if (name !== 'nginx') return [name, { ...service, deploy }] as const
    const ports = [{ target: 80, published: 80, mode: 'host' }]
    const placement = { constraints: ['node.hostname == m1'] }
    return [name, { ...service, ports, deploy: { ...deploy, placement } }] as const
  })
  return { ...others, services: Object.fromEntries(entries) }
}

const site = `server {
    listen 80;
    resolver 127.0.0.11 valid=1s;
    set $backend backend;
    set $frontend frontend;
    proxy_connect_timeout 1s;
    proxy_next_upstream error timeout non_idempotent;
    location /api { proxy_pass http://$backend:8000; }
    location / { proxy_pass http://$frontend:3000; }
}
`

function server(name: string): TestServer {
  if (net === undefined) throw new Error('The network is not started.')
  return net.server(name)
}

async function on(host: TestServer, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await host.run(['sh', '-ec', script])
  if (exitCode !== 0) throw new Error(`${script} on ${host.name} ended with ${exitCode}: ${stdout}${stderr}`)
  return stdout
}

/** Types a command on the client; gives what the screen showed. */
async function type(command: string, expected = 0): Promise<string> {
  if (net === undefined) throw new Error('The network is not started.')
  const { exitCode, screen } = await typeCommand(net, command, {
    answers: [],
    cwd: app.directory,
    env: {
      GITHUB_TOKEN: testToken,
      GITHUB_ACTOR: 'octocat',
      TERM: 'xterm',
      PATH: `${cloneDirectory}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    },
  })
  if (exitCode !== expected) throw new Error(`${command} ended with ${exitCode}: ${screen}`)
  return screen
}

function writeDray(environments: Readonly<Record<string, unknown>>): Promise<void> {
  return writeFile(join(app.directory, 'dray.yml'), stringify({ ...dray, environments }))
}
