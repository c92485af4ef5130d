import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import type { FetchInit } from '../../../../src/adapters/http/http-fetch.ts'
import { createHttp, type HttpRequest } from '../../../../src/adapters/registry/registry-http.ts'
import { systemClock } from '../../../../src/shared/clock.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'

const base = { host: 'ghcr.io', url: 'https://ghcr.io/v2/', maxBytes: 1024 } as const

test.each<[HttpRequest['authorization'], string | null]>([
  [undefined, null],
  [{ scheme: 'bearer', token: new Secret('ghs_token') }, 'Bearer ghs_token'],
  [{ scheme: 'basic', username: 'ann', password: new Secret('pw') }, 'Basic YW5uOnB3'],
])('the header alone has the token: %o', async (authorization, expected) => {
  const seen: Headers[] = []
  const fetch = (_: string, init: FetchInit) => {
    seen.push(new Headers(init.headers))
    return Promise.resolve(new Response('{}'))
  }
  const request: HttpRequest = { ...base, authorization }
  await createHttp({ fetch, clock: systemClock, answerMs: 60_000, requestMs: 60_000 })(request)
  expect(seen.map((headers) => headers.get('authorization'))).toEqual([expected])
  expect(inspect(request, { depth: 9, showHidden: true })).not.toMatch(/ghs_token|'pw'/)
})

test('a token that is plain text does not compile', () => {
  // @ts-expect-error it goes into `authorization`
  const header: HttpRequest = { ...base, headers: { authorization: 'Bearer ghs_token' } }
  // @ts-expect-error it is a Secret
  const token: HttpRequest = { ...base, authorization: { scheme: 'bearer', token: 'ghs_token' } }
  expect([header, token]).toHaveLength(2)
})
