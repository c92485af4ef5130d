import { createServer, type RequestListener } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEngine } from '../../../../src/adapters/docker/engine-api.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'
import { createValueMask } from '../../../../src/adapters/compose/server-values.ts'

const value = 'bucket-of-the-acme-company'
const messages: Readonly<Record<string, string>> = {
  '/containers/c1/start': `error while mounting volume '${value}': no such bucket, 80 tries`,
  '/images/create': `Get "https://${value}/v2/": no route`,
}
let directory: string
let asked: number

/** As the Engine answers: a refused request has a message. */
const answer: RequestListener = ({ url = '' }, response) => {
  const path = url.replace(/^\/v[\d.]+/, '').replace(/\?.*/, '')
  const message = messages[path]
  response.writeHead(message === undefined ? 200 : 500, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify(
      message === undefined
        ? { Version: '28.5.2', ApiVersion: '1.51', Os: 'linux', Arch: 'amd64' }
        : { message },
    ),
  )
}
const server = createServer(answer)

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dray-engine-'))
  asked = 0
  await new Promise<void>((resolve) => server.listen(join(directory, 'socket'), resolve))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(directory, { recursive: true })
})

function engineHere() {
  const runner = {
    name: 'srv1',
    run: async () => ({ exitCode: 0, stdout: 'unix:///var/run/docker.sock\n', stderr: '' }),
    dialSocket: async () => connect(join(directory, 'socket')),
  } as unknown as CommandRunner
  const readMask = async () => {
    asked += 1
    return createValueMask([
      ['BUCKET', value],
      ['PORT', '80'],
    ])
  }
  return createEngine(runner, { readMask })
}

test("values of the server's variables are hidden in the Engine's words, short ones excepted", async () => {
  using engine = engineHere()
  await expect(engine.start('c1')).rejects.toThrow(
    "refused a request: error while mounting volume '[value of BUCKET]': no such bucket, 80 tries",
  )
  await expect(engine.pull('example.com/a@sha256:1', {})).rejects.toThrow(
    'Get "https://[value of BUCKET]/v2/"',
  )
})

test("they are hidden in words that quote a container's configuration", async () => {
  using engine = engineHere()
  expect(await engine.hideValues(`\`curl http://${value}:80/\` failed`)).toBe(
    '`curl http://[value of BUCKET]:80/` failed',
  )
})

test('they are not read while the Engine refuses nothing', async () => {
  using engine = engineHere()
  await engine.exists('network', 'shop')
  expect(asked).toBe(0)
})
