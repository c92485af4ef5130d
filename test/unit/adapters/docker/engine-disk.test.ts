import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createEngine } from '../../../../src/adapters/docker/engine-api.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'

const image = { RepoTags: null, RepoDigests: null, Created: 0 }
const answers: Readonly<Record<string, unknown>> = {
  '/version': { Version: '28.5.2', ApiVersion: '1.51', Os: 'linux', Arch: 'amd64' },
  '/info': { SystemTime: '2026-12-01T12:00:00Z' },
  '/networks': [],
  '/system/df': {
    Images: [
      { ...image, Id: 'alias', Size: 23_000, SharedSize: 16_000 },
      { ...image, Id: 'larger', Size: 30_000, SharedSize: 16_000 },
      { ...image, Id: 'packed', Size: 7_000, SharedSize: 0 },
      { ...image, Id: 'other-store', Size: 16_100, SharedSize: 16_000 },
    ],
  },
  '/images/json': [
    { Id: 'alias', Manifests: [{ ImageData: { Size: { Unpacked: 16_000 } } }, {}] },
    { Id: 'larger', Manifests: [{ ImageData: { Size: { Unpacked: 20_000 } } }] },
    { Id: 'packed', Manifests: [{ ImageData: { Size: { Unpacked: 0 } } }] },
    { Id: 'other-store' },
  ],
}

/** An Engine that has these answers, but refuses the first `/system/df`. */
async function engineWith(refusal: number) {
  const directory = await mkdtemp(join(tmpdir(), 'dray-engine-'))
  let refusals = 1
  const server = createServer(({ url = '' }, response) => {
    const path = url.replace(/^\/v[\d.]+/, '').replace(/\?.*/, '')
    const isRefused = path === '/system/df' && refusals-- > 0
    response.writeHead(isRefused ? refusal : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isRefused ? { message: 'snapshot does not exist' } : (answers[path] ?? {})))
  })
  await new Promise<void>((resolve) => server.listen(join(directory, 'socket'), resolve))
  const runner = {
    name: 'srv1',
    run: async () => ({ exitCode: 0, stdout: 'unix:///var/run/docker.sock\n', stderr: '' }),
    dialSocket: async () => connect(join(directory, 'socket')),
  } as unknown as CommandRunner
  const engine = createEngine(runner)
  onTestFinished(async () => {
    engine[Symbol.dispose]()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(directory, { recursive: true })
  })
  return engine
}

test('packed layers of an image count as shared to the share of the unpacked ones', async () => {
  const { images } = await (await engineWith(500)).disk.inventory()
  expect(images.map(({ id, ownBytes }) => [id, ownBytes])).toEqual([
    ['alias', 0],
    ['larger', 6_000],
    ['packed', 7_000],
    ['other-store', 100],
  ])
})

test('a measurement that a build disturbed is made again', async () => {
  expect((await (await engineWith(404)).disk.inventory()).images).toHaveLength(4)
})

test('one that is refused for good fails', async () => {
  await expect((await engineWith(403)).disk.inventory()).rejects.toMatchObject({ code: 'DOCKER_FAILED' })
})
