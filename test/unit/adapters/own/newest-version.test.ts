import { expect, test } from 'vitest'
import { fetchNewestVersion } from '../../../../src/adapters/own/newest-version.ts'
import { systemClock } from '../../../../src/shared/clock.ts'
import { startNewestVersionServer, type NewestVersionAnswer } from '../../../support/newest-version-server.ts'

const ask = (url: string | undefined, limitMs = 60_000): Promise<string> =>
  fetchNewestVersion({ env: { DRAY_VERSION_URL: url }, clock: systemClock, limitMs })

test('the newest version is that of the newest release; nothing is sent but the request', async () => {
  const registry = await startNewestVersionServer('1.4.2')
  expect(await ask(registry.url)).toBe('1.4.2')
  expect(registry.requests).toEqual([
    {
      path: '/',
      headers: {
        accept: 'application/json',
        connection: 'keep-alive',
        host: new URL(registry.url).host,
        'user-agent': 'dray',
      },
    },
  ])
})

test('a mirror may be below a path', async () => {
  const registry = await startNewestVersionServer('1.4.2')
  await ask(`${registry.url}/mirror/dray`)
  expect(registry.requests).toMatchObject([{ path: '/mirror/dray' }])
})

test.each<[string, NewestVersionAnswer, RegExp]>([
  ['an error', { status: 503, body: '' }, /^127\.0\.0\.1:\d+ answered 503 for dray\.$/],
  ['no release', { status: 404, body: '{}' }, /has no release of dray\.$/],
  ['what is no JSON', { status: 200, body: '<html>' }, /names no version of dray\.$/],
  ['another tag', { status: 200, body: '{"tag_name":"nightly"}' }, /names no version/],
  ['no version', { status: 200, body: '{"tag_name":"v1.0.0\\u001b[2J"}' }, /names no version/],
  ['too much', { status: 200, body: ' '.repeat(2 * 1024 ** 2) }, /more than 1024 KiB/],
])('an answer that is %s', async (_, answer, message) => {
  const { url } = await startNewestVersionServer(answer)
  await expect(ask(url)).rejects.toMatchObject({
    code: 'NEWEST_UNKNOWN',
    exitCode: 3,
    message: expect.stringMatching(message) as string,
  })
})

test('a server that does not answer is given up', async () => {
  const { url } = await startNewestVersionServer({ silent: true })
  await expect(ask(url, 50)).rejects.toMatchObject({
    code: 'NEWEST_UNKNOWN',
    message: expect.stringContaining('0.05 s') as string,
  })
})

test.each(['http://127.0.0.1:1', 'file:///etc/passwd', 'none'])('the address %s', async (url) => {
  await expect(ask(url)).rejects.toMatchObject({ code: 'NEWEST_UNKNOWN' })
})
