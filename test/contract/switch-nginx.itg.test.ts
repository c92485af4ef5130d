import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createEngine } from '../../src/adapters/docker/engine-api.ts'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import type { Container } from '../../src/deploy/model/container.ts'
import { NamePins } from '../../src/deploy/execute/proxies/name-pins.ts'
import { holdPinScript } from '../../src/deploy/execute/proxies/pin-script.ts'
import { switchNginx } from '../../src/deploy/execute/proxies/switch-nginx.ts'
import { observeNginx } from '../../src/deploy/plan/proxies/observe-nginx.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { startTimeLimit } from '../../src/shared/time-limit.ts'
import { Http2Client } from '../support/load/http2-client.ts'
import { dockerHere as docker } from '../support/docker-here.ts'
import { ensureBaseImages, type BaseImages } from '../support/images/base-images.ts'

const project = `dray-turn-${randomBytes(3).toString('hex')}`
const runner = new LocalRunner()
const engine = createEngine(runner)

// Answers with its name; `/slow` after so many milliseconds as the query says.
const backend = `
  require('node:http').createServer((request, response) => {
    const wait = Number(request.url.split('?')[1] ?? 0)
    setTimeout(() => response.end(process.env.NAME), wait)
  }).listen(8000)
`
const configuration = 'server { listen 80; location / { proxy_pass http://backend:8000; } }'

let images: BaseImages
let proxy: Container
let url: string

beforeAll(async () => {
  images = await ensureBaseImages()
  await docker('network', 'create', project)
})

afterAll(async () => {
  const ids = (await docker('ps', '--all', '--quiet', '--filter', `network=${project}`)).split('\n')
  for (const id of ids) if (id !== '') await docker('rm', '--force', '--volumes', id)
  await docker('network', 'rm', project)
})

let one: Container
let two: Container

beforeEach(async () => {
  const ids = (await docker('ps', '--all', '--quiet', '--filter', `network=${project}`)).split('\n')
  for (const id of ids) if (id !== '') await docker('rm', '--force', '--volumes', id)
  one = await startBackend('one')
  proxy = await start('nginx', [
    ...['--publish', '127.0.0.1:0:80', images.nginx, 'sh', '-c'],
    `rm -f /etc/nginx/conf.d/*; echo '${configuration}' > /etc/nginx/conf.d/app.conf; exec nginx -g 'daemon off;'`,
  ])
  url = `http://${await docker('port', proxy.id, '80/tcp')}`
  await untilItSays('one')
  two = await startBackend('two')
  await untilListening(two)
})

test('the proxy sends to the new container alone, though the name still means both', async () => {
  const { drained } = await switchNginx({ engine, proxy, containers: [two], drainMs: 5_000 })
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask('/')))
  expect(new Set(answers)).toEqual(new Set(['two']))
  expect(await drained).toBe(true)
  expect(await hostsOf(proxy)).not.toContain('backend')
})

test('a service that nginx knows with the name of the network is switched as well', async () => {
  const named = `server { listen 80; location / { proxy_pass http://backend.${project}:8000; } }`
  const write = `echo '${named}' > /etc/nginx/conf.d/app.conf; nginx -s reload`
  await docker('exec', proxy.id, 'sh', '-c', write)
  await untilItSays('two')
  await switchNginx({ engine, proxy, containers: [one], drainMs: 5_000 })
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask('/')))
  expect(new Set(answers)).toEqual(new Set(['one']))
})

test('a request that the old container serves is finished by it before it counts as drained', async () => {
  const slow = ask('/slow?1500')
  await untilServing(one, 1)
  const { drained } = await switchNginx({ engine, proxy, containers: [two], drainMs: 60_000 })
  const first = await Promise.race([slow, drained.then(() => 'drained first')])
  expect(first).toBe('one')
  expect(await drained).toBe(true)
})

test('a request that takes longer than it gets is not waited for', async () => {
  const slow = ask('/slow?4000')
  await untilServing(one, 1)
  const { drained } = await switchNginx({ engine, proxy, containers: [two], drainMs: 1_000 })
  expect(await drained).toBe(false)
  expect(await slow).toBe('one')
})

test('no request fails while it is turned to and fro', async () => {
  let isOver = false
  const answers: string[] = []
  const loading = (async () => {
    while (!isOver) answers.push(...(await Promise.all([ask('/'), ask('/')])))
  })()
  // A busy machine sends few requests in one round.
  do {
    for (const containers of [[two], [one], [one, two]]) {
      await switchNginx({ engine, proxy, containers, drainMs: 5_000 })
    }
  } while (answers.length < 12)
  isOver = true
  await loading
  expect(answers.filter((it) => it !== 'one' && it !== 'two')).toEqual([])
})

test('no request over TLS and HTTP/2 fails, to a service that nginx knows by an alias', async () => {
  const newKey = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    '-',
    '-out',
    '-',
  ]
  const about = ['-subj', '/CN=localhost', '-days', '1']
  const { stdout: pem } = await runner.run(['openssl', 'req', '-x509', ...newKey, ...about])
  const secured = `server { listen 443 ssl; http2 on; ssl_certificate /tmp/both.pem; ssl_certificate_key /tmp/both.pem;
    location / { proxy_pass http://api.internal:8000; } }`
  const edge = await start('edge', [
    ...['--publish', '127.0.0.1:0:443', images.nginx, 'sh', '-c'],
    `rm -f /etc/nginx/conf.d/*; echo '${pem}' > /tmp/both.pem; echo '${secured}' > /etc/nginx/conf.d/app.conf
     exec nginx -g 'daemon off;'`,
  ])
  await using client = new Http2Client(`https://${await docker('port', edge.id, '443/tcp')}`)
  await expect.poll(() => client.ask()).toMatch(/^(one|two)$/)
  let isOver = false
  const answers: string[] = []
  const loading = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!isOver) answers.push(await client.ask())
    }),
  )
  do {
    for (const containers of [[two], [one]]) {
      await switchNginx({ engine, proxy: edge, containers, drainMs: 5_000 })
    }
  } while (answers.length < 50)
  isOver = true
  await loading
  expect(answers.filter((it) => it !== 'one' && it !== 'two')).toEqual([])
  const afterwards = await Promise.all(Array.from({ length: 20 }, () => client.ask()))
  expect(new Set(afterwards)).toEqual(new Set(['one']))
})

test('a refused configuration is reported in the words of nginx, and changes nothing', async () => {
  await docker('exec', proxy.id, 'sh', '-c', 'echo "server { lisen 80; }" > /etc/nginx/conf.d/z.conf')
  const switched = switchNginx({ engine, proxy, containers: [two], drainMs: 5_000 })
  await expect(switched).rejects.toMatchObject({
    code: 'PROXY_CONFIG_INVALID',
    details: {
      logTail: expect.arrayContaining([expect.stringContaining('unknown directive "lisen"')]) as unknown,
    },
  })
  expect(await hostsOf(proxy)).not.toContain('backend')
  expect(await ask('/')).toBe('one')
})

test('without containers it is a reload: nginx reads its files and looks up names again', async () => {
  await docker(
    'exec',
    proxy.id,
    'sh',
    '-c',
    'echo "server { listen 80; return 418; }" > /etc/nginx/conf.d/app.conf',
  )
  await switchNginx({ engine, proxy, containers: [], drainMs: 5_000 })
  expect((await fetch(url)).status).toBe(418)
})

test('a stopped proxy fails with a code of its own', async () => {
  await docker('exec', proxy.id, 'sh', '-c', 'rm /run/nginx.pid; mkdir /run/nginx.pid')
  const switched = switchNginx({ engine, proxy, containers: [two], drainMs: 1_000 })
  await expect(switched).rejects.toMatchObject({ code: expect.stringMatching(/^PROXY_/) as unknown })
  expect(await hostsOf(proxy)).not.toContain('backend')
})

test('the hosts that a running nginx reaches are read from its files, if its command shows that it runs with these', async () => {
  const usual = await start('gateway', [images.nginx])
  await docker('exec', usual.id, 'sh', '-c', `echo '${configuration}' > /etc/nginx/conf.d/app.conf`)
  expect(await observeNginx(usual, engine)).toEqual({
    asksDns: false,
    asksDnsForServers: false,
    hosts: ['backend'],
  })
  // A shell started this one.
  expect(await observeNginx(proxy, engine)).toEqual({ asksDns: false, asksDnsForServers: false })
})

describe('nginx that looks names up while it runs', () => {
  const asking = `server { listen 80; resolver 127.0.0.11 valid=1s;
    location / { set $to http://backend:8000; proxy_pass $to; } }`
  const pins = new NamePins(engine, systemClock, project)
  const turnTo = async (container: Container): Promise<void> => {
    const { pinFile } = (await observeNginx(proxy, engine)) ?? {}
    const { drained } = await switchNginx({
      ...{ engine, proxy, containers: [container], drainMs: 5_000 },
      ...{ pins, pinFile },
    })
    expect(await drained).toBe(true)
  }

  beforeEach(async () => {
    await docker(
      'exec',
      proxy.id,
      'sh',
      '-c',
      `echo '${asking}' > /etc/nginx/conf.d/app.conf; nginx -s reload`,
    )
    await untilItSays('two')
  })
  afterEach(() => pins.end())

  test('keeps to the containers that it is switched to, then looks names up again', async () => {
    expect(await observeNginx(proxy, engine)).toMatchObject({ pinFile: '/etc/nginx/mime.types' })
    const types = await docker('exec', proxy.id, 'cat', '/etc/nginx/mime.types')
    for (const container of [one, two, one]) {
      await turnTo(container)
      const answers: string[] = []
      // For longer than nginx keeps an answer of DNS.
      const until = Date.now() + 1_500
      while (Date.now() < until) answers.push(await ask('/'))
      expect(new Set(answers)).toEqual(new Set([container === one ? 'one' : 'two']))
    }
    await pins.end()
    await untilItSays('two')
    await untilItSays('one')
    expect(await hostsOf(proxy)).not.toContain('dray')
    expect(await docker('exec', proxy.id, 'ls', '/dev/shm')).toBe('')
    expect(await docker('exec', proxy.id, 'ls', '/etc/nginx')).not.toContain('dray')
    expect(await docker('exec', proxy.id, 'cat', '/etc/nginx/mime.types')).toBe(types)
  })

  test('looks names up again after the client that pinned them was killed', async () => {
    await turnTo(one)
    pins.release()
    const argv = ['sh', '-c', holdPinScript, 'dray', project, '1', 'nginx -s reload', '127.0.0.9 backend']
    expect(await engine.exec(proxy.id, argv, { user: '0' })).toMatchObject({ exitCode: 0 })
    await untilItSays('two')
    expect(await hostsOf(proxy)).not.toContain('127.0.0.9')
  })

  test('cannot be switched if no file of its configuration can be extended', async () => {
    await docker('exec', proxy.id, 'ln', '-sf', '/dev/null', '/etc/nginx/mime.types')
    expect(await observeNginx(proxy, engine)).toEqual({ asksDns: true, asksDnsForServers: false })
  })
})

const startBackend = (name: string): Promise<Container> =>
  start('backend', [
    ...['--network-alias', 'api.internal', '--env', `NAME=${name}`],
    ...[images.node, 'node', '-e', backend],
  ])

/** As Compose starts a container of a service, so that it is known by its labels. */
async function start(service: string, argv: readonly string[]): Promise<Container> {
  const labels = [`project=${project}`, `service=${service}`, 'oneoff=False', 'config-hash=x'].flatMap(
    (label) => ['--label', `com.docker.compose.${label}`],
  )
  const network = ['--network', project, '--network-alias', service]
  return engine.container(await docker('run', '--detach', '--quiet', ...labels, ...network, ...argv))
}

/** The limit is a guard: a poll asks again. */
const ask = async (path: string): Promise<string> => {
  using limit = startTimeLimit(30_000)
  const options = { headers: { connection: 'close' }, signal: limit.signal }
  const answer = await fetch(url + path, options).catch((error: unknown) => new Response(String(error)))
  return await answer.text()
}

const hostsOf = (container: Container): Promise<string> => docker('exec', container.id, 'cat', '/etc/hosts')

async function untilItSays(answer: string): Promise<void> {
  await expect.poll(() => ask('/')).toBe(answer)
}

async function untilListening(container: Container): Promise<void> {
  const script = "fetch('http://127.0.0.1:8000').then(() => process.exit(0), () => process.exit(1))"
  await expect.poll(async () => (await engine.exec(container.id, ['node', '-e', script])).exitCode).toBe(0)
}

/** Waits until the kernel of the container reports so many open connections to the port. */
async function untilServing(container: Container, count: number): Promise<void> {
  const established = "cat /proc/net/tcp /proc/net/tcp6 | grep -ci ':1F40 [0-9A-F]*:[0-9A-F]* 01'"
  await expect
    .poll(async () => Number((await engine.exec(container.id, ['sh', '-c', established])).output))
    .toBeGreaterThanOrEqual(count)
}
