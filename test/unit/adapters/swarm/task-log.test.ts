import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEngine } from '../../../../src/adapters/docker/engine-api.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'
import type { TaskLogRequest } from '../../../../src/deploy/model/cluster.ts'
import type { Secret } from '../../../../src/shared/secrets/secret.ts'

const at = '2026-11-23T10:45:01.123456789Z'

function frame(stream: number, text: string): Buffer {
  const payload = Buffer.from(text)
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

/** What the manager answers, by path; the answer of an unknown one is that of `/version`. */
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/tasks/t1/logs': (response) => {
    response.write(frame(1, `${at} hello\n`))
    response.end(frame(3, 'Error grabbing logs: rpc error: node n2 is not available\n'))
  },
  '/tasks/quiet/logs': (response) => void response.writeHead(200),
  '/tasks/gone/logs': (response) => response.writeHead(404).end('{"message":"task gone not found"}'),
  '/tasks/refused/logs': (response) => response.writeHead(500).end('{"message":"rpc error"}'),
  '/services': (response) => response.end(JSON.stringify([service])),
}
const service = {
  ID: 's1',
  Version: { Index: 3 },
  UpdatedAt: '2026-11-23T10:00:00Z',
  Spec: {
    Name: 'shop_db',
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: {
        Image: 'postgres@sha256:1',
        Env: ['POSTGRES_PASSWORD=correct-horse-battery', 'PORT=80'],
        Mounts: [
          {
            Type: 'volume',
            Source: 'shop_data',
            VolumeOptions: { Labels: { 'com.docker.stack.namespace': 'shop' } },
          },
          { Type: 'volume', Source: 'external' },
          { Type: 'bind', Source: '/etc/hosts' },
        ],
      },
    },
  },
}

let directory: string
const requested: string[] = []
const answer: RequestListener = ({ url = '' }, response) => {
  const path = url.replace(/^\/v[\d.]+/, '')
  requested.push(path)
  const version = { Version: '28.5.2', ApiVersion: '1.51', Os: 'linux', Arch: 'amd64' }
  const known = answers[path.replace(/\?.*/, '')]
  if (known === undefined) response.end(JSON.stringify(version))
  else known(response)
}
const server = createServer(answer)

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dray-swarm-'))
  requested.length = 0
  await new Promise<void>((resolve) => server.listen(join(directory, 'socket'), resolve))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(directory, { recursive: true })
})

function engineHere(onSecrets?: (secrets: readonly Secret[]) => void) {
  const runner = {
    name: 'm1',
    run: async () => ({ exitCode: 0, stdout: 'unix:///var/run/docker.sock\n', stderr: '' }),
    dialSocket: async () => connect(join(directory, 'socket')),
  } as unknown as CommandRunner
  return createEngine(runner, onSecrets === undefined ? {} : { onSecrets })
}

async function read(task: string, more: Partial<TaskLogRequest> = {}) {
  using engine = engineHere()
  const problems: string[] = []
  const lines: string[] = []
  const { signal } = new AbortController()
  const onProblem = (text: string): void => void problems.push(text)
  const log = engine.cluster.taskLog(task, { follow: false, signal, onProblem, ...more })
  for await (const batch of log) lines.push(...batch.map(({ at: time, text }) => `${time} ${text}`))
  return { lines, problems }
}

test('the log of a task has its lines, and what the Engine says of missing ones', async () => {
  expect(await read('t1', { since: at, tail: 5 })).toEqual({
    lines: [`${at} hello`],
    problems: ['Error grabbing logs: rpc error: node n2 is not available\n'],
  })
  expect(requested.at(-1)).toBe(
    '/tasks/t1/logs?stdout=true&stderr=true&timestamps=true&follow=false&tail=5&since=1795430701.123456789',
  )
})

test('that of a task that is gone is empty; a refusal is a failure', async () => {
  expect(await read('gone')).toEqual({ lines: [], problems: [] })
  await expect(read('refused')).rejects.toMatchObject({ code: 'DOCKER_FAILED', temporary: true })
})

test('one that is followed ends when its reader stops', async () => {
  const stop = new AbortController()
  const reading = read('quiet', { follow: true, signal: stop.signal })
  await expect.poll(() => requested.some((path) => path.startsWith('/tasks/quiet'))).toBe(true)
  stop.abort()
  expect(await reading).toEqual({ lines: [], problems: [] })
})

test('secrets in the definition of a service are known, once, and its own volumes are named', async () => {
  const secrets: string[] = []
  using engine = engineHere((found) => secrets.push(...found.map((secret) => secret.reveal())))
  const [found] = await engine.cluster.services('shop')
  await engine.cluster.services('shop')
  expect(secrets).toEqual(['correct-horse-battery'])
  expect(found).toMatchObject({ service: 'db', volumes: ['shop_data'] })
})
