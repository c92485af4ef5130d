import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createEngine } from '../../src/adapters/docker/engine-api.ts'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import type { Container } from '../../src/deploy/model/container.ts'
import { NamePins } from '../../src/deploy/execute/proxies/name-pins.ts'
import { holdPinScript } from '../../src/deploy/execute/proxies/pin-script.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { dockerHere as docker } from '../support/docker-here.ts'
import { ensureBaseImages, type BaseImages } from '../support/images/base-images.ts'

const project = `dray-pins-${randomBytes(3).toString('hex')}`
const runner = new LocalRunner()
const engine = createEngine(runner)

let images: BaseImages
let caller: Container
let pins: NamePins

beforeAll(async () => {
  images = await ensureBaseImages()
})
beforeEach(async () => {
  caller = await start()
  pins = new NamePins(engine, systemClock, 'shop')
})
afterEach(() => pins.end())
afterAll(async () => {
  const label = `label=com.docker.compose.project=${project}`
  const ids = (await docker('ps', '--all', '--quiet', '--filter', label)).split('\n')
  for (const id of ids) if (id !== '') await docker('rm', '--force', '--volumes', id)
})

test('leaves the file as it is where the image has a shell but no sed', async () => {
  const bare = await start(['--env', 'PATH=/tools'])
  const make =
    'mkdir /tools && ln -s /bin/busybox /tools/cat && cp /tools/cat /tools/date && cp /tools/cat /tools/sleep'
  await docker('exec', '--user', '0', bare.id, '/bin/busybox', 'sh', '-c', make)
  // BusyBox's own shell has a sed.
  await docker('cp', '--follow-link', '/bin/dash', `${bare.id}:/tools/sh`)
  const before = await hostsOf(bare)
  const isPinned = await pins.trySet(bare, ['10.9.9.9 api'])
  expect(await hostsOf(bare)).toBe(before)
  expect(isPinned).toBe(false)
})

test('what an interrupted deploy pinned does not take away what the next one pins', async () => {
  const argv = ['sh', '-c', holdPinScript, 'dray', 'shop', '2', '', '10.9.9.1 api']
  const left = engine.exec(caller.id, argv, { user: '0' })
  await expect.poll(() => hostsOf(caller)).toContain('10.9.9.1 api')
  await pins.set(caller, ['10.9.9.2 api'])
  await left
  const hosts = await hostsOf(caller)
  expect(hosts).toContain('10.9.9.2 api')
  expect(hosts).not.toContain('10.9.9.1')
})

test('two apps behind one proxy pin their names at the same time', async () => {
  const others = new NamePins(engine, systemClock, 'shop-2')
  await pins.set(caller, ['10.9.9.1 api'])
  await others.set(caller, ['10.9.9.5 blog'])
  await pins.set(caller, ['10.9.9.2 api'])
  expect(await hostsOf(caller)).toMatch(/10\.9\.9\.5 blog[^]*10\.9\.9\.2 api/)
  await pins.end()
  expect(await hostsOf(caller)).toContain('10.9.9.5 blog')
  await others.end()
  expect(await hostsOf(caller)).not.toContain('dray')
})

test('signals no process of the app if what pinned the names was killed', async () => {
  await pins.set(caller, ['10.9.9.1 api'])
  const pid = /# dray shop (\d+)/.exec(await hostsOf(caller))?.[1] ?? ''
  await docker('exec', '--user', '0', caller.id, 'kill', '-9', pid)
  // The number that the lines name is that of the app's first process now, as it may be by chance.
  const mark = `sed 's/# dray .*/# dray shop 1/' /etc/hosts > /tmp/h; cat /tmp/h > /etc/hosts`
  await docker('exec', '--user', '0', caller.id, 'sh', '-c', mark)
  await pins.set(caller, ['10.9.9.2 api'])
  expect(await hostsOf(caller)).toContain('10.9.9.2 api')
  await pins.end()
  expect(await docker('exec', caller.id, 'cat', '/tmp/signals')).toBe('')
  expect(await hostsOf(caller)).not.toContain('dray')
})

test('a container in which the file is a read-only mount is known before a deploy changes anything', async () => {
  const mounted = await start(['--volume', '/etc/hosts:/etc/hosts:ro'])
  await expect(pins.set(mounted, ['10.9.9.9 api'])).rejects.toMatchObject({ code: 'PROXY_FAILED' })
  expect(mounted.isReadOnly).toBe(true)
})

/** A container whose first process writes down the signals that it gets. */
async function start(options: readonly string[] = []): Promise<Container> {
  const labels = [`project=${project}`, 'service=web', 'oneoff=False', 'config-hash=x'].flatMap((label) => [
    '--label',
    `com.docker.compose.${label}`,
  ])
  const script = `: > /tmp/signals; trap 'echo USR1 >> /tmp/signals' USR1; trap 'echo TERM >> /tmp/signals' TERM
    while :; do sleep 0.2; done`
  const command = [images.node, '/bin/busybox', 'sh', '-c', script]
  return engine.container(await docker('run', '--detach', '--quiet', ...labels, ...options, ...command))
}

const hostsOf = (container: Container): Promise<string> => docker('exec', container.id, 'cat', '/etc/hosts')
