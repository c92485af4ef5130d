import { expect, test } from 'vitest'
import { postJson } from '../../../../src/adapters/notify/post-json.ts'
import { systemClock } from '../../../../src/shared/clock.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { WebhookServer, type WebhookAnswer } from '../../../support/webhook-server.ts'

/** Posts to a server that answers so; gives what the caller receives, what the server got, and the sleeps between. */
async function post(answers: readonly WebhookAnswer[], answerMs = 60_000) {
  await using server = await WebhookServer.start(...answers)
  const clock = new FakeClock(0)
  const told = await postJson(new Secret(server.url), { a: 1 }, { clock, answerMs })
  const { received, host } = server
  return { told: told?.replace(host, 'HOST'), received, sleptMs: clock.now() }
}

test('posts JSON, and has nothing to say of it', async () => {
  const { told, received } = await post([{ status: 200, body: 'ok' }])
  expect(told).toBeUndefined()
  expect(received).toMatchObject([
    {
      path: '/services/T000/the-secret-part',
      headers: { 'content-type': 'application/json' },
      body: { a: 1 },
    },
  ])
})

test.each<[string, WebhookAnswer]>([
  ['a server that fails', { status: 503 }],
  ['one that is asked too often', { status: 429 }],
])('tries %s once more', async (_, answer) => {
  const { told, received } = await post([answer, { status: 204 }])
  expect([told, received.length]).toEqual([undefined, 2])
})

test('waits as long as the server asks for', async () => {
  const { told, received, sleptMs } = await post([
    { status: 429, headers: { 'retry-after': '1' } },
    { status: 200 },
  ])
  expect([told, received.length]).toEqual([undefined, 2])
  expect(sleptMs).toBe(1000)
})

test.each<[string, WebhookAnswer, string, number]>([
  ['a wait of minutes', { status: 429, headers: { 'retry-after': '120' } }, 'HOST answered 429.', 1],
  ['two failures', { status: 500 }, 'HOST answered 500.', 2],
  ['what Slack refuses', { status: 404, body: 'no_service\n' }, 'HOST answered 404 (no_service).', 1],
  ['a page that may repeat the address', { status: 403, body: 'No /services/T000' }, 'HOST answered 403.', 1],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'HOST answered 302.', 1],
])('gives up after %s', async (_, answer, sentence, asked) => {
  const { told, received } = await post([answer])
  expect([told, received.length]).toEqual([sentence, asked])
})

test('does not wait for a server that does not answer', async () => {
  const { told } = await post(['none'], 100)
  expect(told).toBe('HOST did not answer within 0.1 s.')
})

test('reports a refused connection without the address', async () => {
  const server = await WebhookServer.start()
  const { url, host } = server
  await server[Symbol.asyncDispose]()
  const told = await postJson(new Secret(url), {}, { clock: systemClock })
  expect(told).toBe(`${host} cannot be reached (ECONNREFUSED).`)
})

test.each(['not-an-address/secret', 'ftp://example.com/secret', ' '])('%j is no address', async (text) => {
  const told = await postJson(new Secret(text), {}, { clock: systemClock })
  expect(told).toBe('The URL must start with https://.')
})
