import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { TestApp } from '../../support/app/test-app.ts'
import { findCodeBlocks, type CodeBlock } from '../../support/docs/code-blocks.ts'
import { typedPages } from '../../support/docs/typed-pages.ts'
import { copyTag } from '../../support/images/copy-tag.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { cloneDirectory } from '../../support/net/machine.ts'
import { testToken } from '../../support/net/registry.ts'
import type { TestServer } from '../../support/net/server.ts'
import { composeWith } from '../support/compose-parts.ts'
import { readCommands, typeCommand, type Answer } from './support/reader.ts'

const net = attachTestNet()
const [server, otherServer] = [net.server('srv1'), net.server('srv2')]
const ownRepositories = ['acme/shop-backend', 'acme/shop-frontend']
let app: TestApp

/** The reader's app has what the pages speak of: a database, a worker, services with a profile, names from `.env`. */
const compose = `name: \${PROJECT:-shop}
${composeWith({
  port: 80,
  backend: '    volumes: ["data:/data", "./backend/package.json:/app/package.json:ro"]',
  more: `  worker:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:\${IMAGE_TAG:-latest}
    env_file: .env

  db:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:v1
    volumes: ["./db:/usr/local/sbin:ro"]
    command: [sleep, infinity]
    init: true

  cron:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:\${IMAGE_TAG:-latest}
    profiles: [jobs]
    volumes: ["./jobs/nightly.sh:/app/nightly.sh:ro"]

  adminer:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:v1
    profiles: [tools]

volumes:
  data:
`,
}).replace('"80:80"', '"${HTTP_PORT:-80}:80"')}`

const scripts = { migrate: 'node tasks/migrate.js', console: 'echo console', report: 'echo report' }
const sourceFiles = {
  'docker-compose.yml': compose,
  'backend/package.json': JSON.stringify({ name: 'shop-backend', private: true, type: 'module', scripts }),
  // Stand-ins: what matters is what dray passes to them, and back.
  'db/pg_dump': '#!/bin/sh\necho "dump of $3 by $2"\n',
  'db/psql': '#!/bin/sh\ncat >/dev/null\n',
  'jobs/nightly.sh': '#!/bin/sh\necho nightly\n',
  // What the commands of the pages read.
  'key.pem': 'a key\nof two lines\n',
  'new.env': 'DATABASE_URL=postgres://new\nSHOP_START_MS=300\n',
  'repair.sql': 'SELECT 1;\n',
  'production.yaml': 'encrypted\n',
  'production.env.tpl': 'DATABASE_URL=op://production/database/url\n',
}

/** Programs that no Debian package has, as far as the pages use them. */
const standIns = {
  sops: `#!/bin/sh\necho '{"DATABASE_URL":"postgres://sops","SHOP_START_MS":"300"}'\n`,
  op: `#!/bin/sh
case $1 in
  inject) printf "DATABASE_URL='postgres://op'\\nSHOP_START_MS=300\\n" ;;
  item) echo '{"fields":[{"label":"DATABASE_URL","value":"postgres://item"},{"label":"SHOP_START_MS","value":"300"},{"label":"note"}]}' ;;
esac
`,
}

const dray = {
  app: 'shop',
  registry: 'ghcr.io/acme',
  environments: {
    production: { hosts: ['deploy@a.example.com'], path: '/srv/shop' },
    test: { host: 'deploy@a.example.com', path: '/srv/shop-test' },
    'review-17': { host: 'deploy@a.example.com', path: '/srv/shop-review-17' },
    moved: { host: 'deploy@b.example.com', path: '/srv/shop' },
  },
  tasks: {
    migrate: { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' },
    report: { service: 'backend', run: 'npm run report | tail -n 5', when: 'manual' },
  },
}

const interrupt = '\u0003'
const answers: readonly Answer[] = [
  { command: /^dray env production set DATABASE_URL$/, shown: 'DATABASE_URL', keys: 'postgres://x\r' },
  { command: /^dray env test set PROJECT$/, shown: 'PROJECT', keys: 'shop-test\r' },
  { command: /^dray env test set HTTP_PORT$/, shown: 'HTTP_PORT', keys: '8081\r' },
  { command: /env production import new.env/, shown: '[', keys: 'y\r' },
  { command: /^dray env production restore$/, shown: '[', keys: 'y\r' },
  { command: /^dray clean production$/, shown: '[', keys: 'y\r' },
  { command: /^dray remove test$/, shown: 'Type test', keys: 'test\r' },
  { command: /^dray remove production /, shown: 'Type production', keys: 'production\r' },
  { command: /^dray logs .*--follow$/, shown: 'backend', keys: interrupt, exitCode: 130 },
  { command: /^dray (?:exec|run) \S+ (?:backend|adminer)(?: sh)?$/, shown: /[#$]$/, keys: 'exit\r' },
  { command: /^dray ui/, shown: 'http://127.0.0.1', keys: interrupt },
]

const must = async (script: string): Promise<void> => {
  const { exitCode, screen } = await type(script)
  if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}: ${screen}`)
}

const type = (command: string): ReturnType<typeof typeCommand> =>
  typeCommand(net, command, {
    answers,
    cwd: app.directory,
    env: {
      GITHUB_TOKEN: testToken,
      GITHUB_ACTOR: 'octocat',
      IMAGE_TAG: 'v2',
      EDITOR: 'true',
      TERM: 'xterm',
      PATH: `${app.directory}/programs:${cloneDirectory}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    },
  })

const on = async (host: TestServer, script: string): Promise<void> => {
  const { exitCode, stderr } = await host.run(['sh', '-ec', script.replaceAll('sudo ', '')])
  if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}: ${stderr}`)
}

/** The environments of dray.yml as it is now. */
let environments: Record<string, { hosts?: readonly string[]; host?: string; path: string }>

const writeDray = (production: object = {}): Promise<void> => {
  environments = {
    ...dray.environments,
    production: { ...dray.environments.production, ...production },
  }
  return writeFile(join(app.directory, 'dray.yml'), JSON.stringify({ ...dray, environments }, undefined, 2))
}

const servers: Readonly<Record<string, TestServer>> = {
  'deploy@a.example.com': server,
  'deploy@b.example.com': otherServer,
}

/**
 * The part of `dray setup ENVIRONMENT` that a page needs, on the hosts that dray.yml names now. The servers of a network are shared:
 * test/e2e/server/setup.long.test.ts sets up one of its own.
 */
const setUp = async (environment: string): Promise<void> => {
  const { hosts = [], host, path } = environments[environment] ?? { path: '' }
  for (const name of [...hosts, ...(host === undefined ? [] : [host])]) {
    const named = servers[name]
    if (named !== undefined) await on(named, `install -d -o deploy ${path}`)
  }
}

/** Makes the hosts of production those that a block of dray.yml names, if the network has them. */
const takeHosts = async ({ text }: CodeBlock): Promise<void> => {
  const file = parse(text) as { environments?: { production?: { host?: string; hosts?: string[] } } }
  const { host, hosts = host === undefined ? [] : [host] } = file.environments?.production ?? {}
  if (hosts.length > 0 && hosts.every((it) => it in servers)) await writeDray({ hosts })
}

/** What pages tell in words, before the block that begins with this command. */
const inWords: readonly { page: string; before: string; happens: () => Promise<void> }[] = [
  // A history to look at.
  {
    page: 'status.md',
    before: 'dray status',
    happens: () => must('dray deploy production --tag v1 && dray deploy production'),
  },
  // The second server is new.
  {
    page: 'several-hosts.md',
    before: 'dray setup production',
    happens: () => on(otherServer, 'rm -rf /srv/shop'),
  },
  {
    page: 'move.md',
    before: 'dray compose production down',
    happens: async () => {
      await writeDray()
      await on(
        otherServer,
        'docker ps -aq | xargs -r docker rm -fv; rm -rf /srv/shop; install -d -o deploy /srv/shop',
      )
    },
  },
  {
    page: 'move.md',
    before: 'dray deploy production',
    happens: () => writeDray({ path: '/srv/apps/store' }),
  },
  {
    page: 'move.md',
    before: "ssh deploy@a.example.com 'cat /srv/shop/.env'",
    happens: async () => {
      await must('dray compose production down')
      await on(server, 'mv /srv/apps/store /srv/shop')
      await writeDray()
      await must('dray deploy production')
    },
  },
  {
    page: 'remove.md',
    before: 'dray remove test --dry-run',
    happens: async () => {
      await on(
        server,
        `install -d -o deploy -g deploy /srv/shop-review-17
        cd /srv/shop-review-17 && umask 077 && printf 'PROJECT=review-17\\nHTTP_PORT=8082\\n' >.env && chown deploy: .env`,
      )
      await must('dray deploy review-17')
    },
  },
]

beforeAll(async () => {
  app = await TestApp.make({ net, server, name: 'shop', files: sourceFiles, config: dray })
  environments = dray.environments
  for (const name of ['db/pg_dump', 'db/psql', 'jobs/nightly.sh'])
    await chmod(join(app.directory, name), 0o755)
  await mkdir(join(app.directory, 'programs'))
  for (const [name, text] of Object.entries(standIns)) {
    await writeFile(join(app.directory, 'programs', name), text, { mode: 0o755 })
  }
  for (const repository of ownRepositories)
    for (const to of ['v1.4.0', 'v1.4.1'])
      await copyTag({ baseUrl: `http://${net.registry.pushHost}` }, repository, { from: 'v3', to })
  await on(server, `printf 'OLD_FLAG=1\\nSHOP_START_MS=300\\n' >>/srv/shop/.env`)
  await on(otherServer, 'install -d -o deploy /srv/shop')
  const aliases = [
    ['a', 'srv1'],
    ['b', 'srv2'],
  ].map(([name, host]) => `Host ${name}.example.com\\n  HostName ${host}\\n  HostKeyAlias ${host}\\n`)
  const script = `cp /root/.ssh/config /root/.ssh/before; printf '${aliases.join('')}' >>/root/.ssh/config`
  await net.client.run(['sh', '-c', script])
})

afterAll(async () => {
  await net.client.run(['mv', '/root/.ssh/before', '/root/.ssh/config'])
  // Whatever a page left: the next file has the same servers.
  const removeAll =
    'docker ps -aq | xargs -r docker rm -fv; docker network prune -f; docker volume prune -af; rm -rf /srv/shop* /srv/apps'
  await on(server, removeAll)
  await on(otherServer, removeAll)
  await app[Symbol.asyncDispose]()
  await net.registry.reset()
})

/** The page whose reader writes what its blocks of dray.yml say. */
const writtenPage = 'several-hosts.md'

test.each(typedPages)('every command of %s works as it stands there', async (page) => {
  const text = await readFile(join(cloneDirectory, 'docs', page), 'utf8')
  const failed: string[] = []
  for (const block of findCodeBlocks(text)) {
    if (block.language === 'yaml' && page === writtenPage) await takeHosts(block)
    if (block.language !== 'sh') continue
    const commands = readCommands(block)
    for (const [index, { text: typed, isOnServer }] of commands.entries()) {
      if (index === 0) await inWords.find((it) => it.page === page && typed.startsWith(it.before))?.happens()
      const [, setUpNow] = /^dray setup (\S+)$/.exec(typed) ?? []
      if (setUpNow !== undefined) await setUp(setUpNow)
      else if (isOnServer) await on(server, typed)
      if (setUpNow !== undefined || isOnServer) continue
      // The releases and the source of the page are those of an older app than this one.
      const command = typed
        .replace(/\br41\b/, 'r5')
        .replace(/\br(?:42|12)\b/, 'r6')
        .replace(/^SOURCE\b/, 'sops decrypt')
      const { exitCode, expected, screen } = await type(command)
      if (exitCode !== expected) failed.push(`${command} ended with ${exitCode}:\n${screen}`)
    }
  }
  expect(failed.join('\n\n')).toBe('')
})
