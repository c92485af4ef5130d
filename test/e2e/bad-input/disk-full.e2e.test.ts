import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { prepareImages } from '../../support/images/prepare.ts'
import { startTestNet, type TestNet } from '../../support/net/test-net.ts'
import { expectRefusal } from './support/expect-refusal.ts'
import { TrialApp } from './support/trial-app.ts'

const mebibyte = 1024 ** 2
const images = ['acme/shop:v1', 'acme/shop:v2', 'library/nginx:alpine']

let net: TestNet & AsyncDisposable
let app: TrialApp

beforeAll(async () => {
  net = await startTestNet({ servers: { small: { diskBytes: 400 * mebibyte } } })
  await prepareImages({ registryPushHost: net.registry.pushHost, only: (name) => images.includes(name) })
  app = new TrialApp({ net, server: 'small', name: 'disk-full', port: 8186 })
  await app.start()
})
afterEach(async () => {
  await app.server.run(['rm', '-f', '/var/lib/docker/filler'])
})
afterAll(() => net[Symbol.asyncDispose]())

/** Fills the server's disk until so much is left. */
async function leave(bytes: number): Promise<void> {
  const script =
    'free=$(df -k --output=avail /srv | tail -1); dd if=/dev/zero of=/var/lib/docker/filler bs=1024 count=$((free - $0))'
  await app.server.run(['sh', '-c', script, String(Math.floor(bytes / 1024))])
}

/** Takes all that is left but so much, as soon as the Engine begins to write what it pulls. */
async function leaveInMidPull(bytes: number): Promise<void> {
  const script = `until ls /var/lib/docker/tmp/GetImageBlob* >/dev/null 2>&1; do :; done
    free=$(df -k --output=avail /srv | tail -1); fallocate -l $((free - $0))K /var/lib/docker/filler`
  await app.server.run(['timeout', '60', 'sh', '-c', script, String(Math.floor(bytes / 1024))])
}

test('a pull that does not fit is refused before any change, with the users of the disk space', async () => {
  const before = await app.state()
  await leave(2 * mebibyte)
  const run = await app.deploy({ tag: 'v2' })
  expectRefusal(run, {
    code: 'DISK_SHORT',
    exitCode: 3,
    says: /The pull may take \d[^]* on deploy@small, but only 2\.\d MB is free on [^]*everything else[^]*images of archived releases/,
    hint: '`dray disk test`',
  })
  expect(run.stdout + run.stderr).not.toContain('Pull acme')
  expect(await app.state()).toBe(before)
})

test('reports a disk that fills up during a pull, and the old release keeps serving', async () => {
  const before = await app.state()
  const [run] = await Promise.all([app.deploy({ tag: 'v2' }), leaveInMidPull(1 * mebibyte)])
  expectRefusal(run, {
    code: 'DISK_FULL',
    exitCode: 3,
    says: /The disk of deploy@small was full before ghcr\.io\/acme\/shop@sha256:\w{64} was pulled[^]*no space left on device[^]*Release r1 \(v1\) is serving, as before/,
    hint: '`dray disk test`',
  })
  expect(run.stdout).toMatch(/Probe of .*, 0 failed/)
  expect(await app.state()).toBe(before)
})

test('reports a disk that is full while files are placed, and places none', async () => {
  const before = await app.state()
  await leave(1 * mebibyte)
  const large = randomBytes(1.5 * mebibyte).toString('base64')
  const run = await app.deploy({ tag: 'v1', files: { 'nginx/large.html': large } })
  expectRefusal(run, {
    code: 'DISK_FULL',
    exitCode: 3,
    says: /The disk of deploy@small is full: writing the files of the release failed/,
    hint: 'Free disk space on the server',
  })
  expect(await app.state()).toBe(before)
})

test('reports a full disk before any change', async () => {
  const before = await app.state()
  await leave(0)
  expectRefusal(await app.deploy({ tag: 'v2' }), {
    code: 'DISK_FULL',
    exitCode: 3,
    says: 'The disk of deploy@small is full: reading the directory failed',
    hint: 'Free disk space on the server',
  })
  expect(await app.state()).toBe(before)
})

test('with room again the same command does its work', async () => {
  const { exitCode } = await app.deploy({ tag: 'v2' })
  expect(exitCode).toBe(0)
  expect(await app.answer()).toContain('"version":"v2"')
})
