import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import type { Fetch } from '../../../../src/adapters/http/http-fetch.ts'
import { parseImageReference } from '../../../../src/deploy/model/image-reference.ts'
import { AMD64 } from '../../../support/oci-image.ts'
import { connect, image, PASSWORD, resolve, serve, stopServing } from './registry-subject.ts'

afterEach(stopServing)

describe('a registry that fails', () => {
  test.each([500, 502, 503, 408])('status %i is tried again', async (status) => {
    const registry = await serve()
    registry.fail({ at: 'manifest', how: 'status', status, times: 1 })
    expect((await resolve(registry)).digest).toBe(image.digest)
  })

  test.each(['reset', 'truncate'] as const)('a connection that breaks (%s) is tried again', async (how) => {
    const registry = await serve()
    registry.fail({ at: 'any', how, times: 1 })
    expect((await resolve(registry)).digest).toBe(image.digest)
  })

  test('a token service that fails once is tried again', async () => {
    const registry = await serve()
    registry.fail({ at: 'token', how: 'status', status: 504, times: 1 })
    expect((await resolve(registry)).digest).toBe(image.digest)
  })

  test('a rate limit is waited out, as its text asks for', async () => {
    const registry = await serve()
    const body = 'toomanyrequests: retry-after: 0.88ms, allowed: 44000/minute'
    registry.fail({ at: 'manifest', how: 'status', status: 429, body, times: 2 })
    expect((await resolve(registry)).digest).toBe(image.digest)
  })

  test('pages of tags that never end are given up', async () => {
    const registry = await serve({ manners: 'open' })
    let page = 0
    const endless: Fetch = (url, init) => {
      if (!url.includes('/tags/list')) return fetch(url, init)
      const link = `</v2/acme/shop/tags/list?n=1&last=${(page += 1)}>; rel="next"`
      return Promise.resolve(new Response('{"tags":["a"]}', { headers: { link } }))
    }
    const reference = parseImageReference(`${registry.host}/acme/shop`)
    await expect(connect({ fetch: endless }).tags(reference)).rejects.toMatchObject({
      code: 'REGISTRY_FAILED',
      message: `${registry.host} returned more than 1000 pages of tags.`,
    })
    expect(page).toBe(1000)
  })

  const failure = { at: 'manifest', how: 'status' } as const

  test.each([
    ['status 500 without an end', { ...failure, status: 500 }, 'REGISTRY_FAILED', /answered 500 for/],
    [
      'an error of its own',
      { ...failure, status: 400, body: '{"errors":[{"code":"NAME_INVALID","message":"x"}]}' },
      'REGISTRY_FAILED',
      /answered 400 \(NAME_INVALID\) for acme\/shop/,
    ],
    [
      'status 401 without a challenge',
      { ...failure, status: 401 },
      'REGISTRY_UNAUTHORIZED',
      /requires a login/,
    ],
    [
      'status 403',
      { ...failure, status: 403 },
      'REGISTRY_FORBIDDEN',
      /denied anonymous access to acme\/shop/,
    ],
    [
      'a rate limit of an hour',
      { ...failure, status: 429, headers: { 'retry-after': '3600' } },
      'REGISTRY_RATE_LIMITED',
      /limits requests for 3600 s/,
    ],
    [
      'a secondary rate limit',
      { ...failure, status: 403, body: 'You have exceeded a secondary rate limit.' },
      'REGISTRY_RATE_LIMITED',
      /limits requests/,
    ],
    [
      'a connection that breaks',
      { at: 'manifest', how: 'reset' },
      'REGISTRY_UNREACHABLE',
      /cannot be reached: the connection/,
    ],
    ['an answer that breaks off', { at: 'manifest', how: 'truncate' }, 'REGISTRY_FAILED', /was incomplete/],
    ['an endless manifest', { at: 'manifest', how: 'huge' }, 'REGISTRY_FAILED', /more than 8192 KiB/],
  ] as const)('%s has its own message', async (_, fault, code, message) => {
    const registry = await serve({ manners: 'open' })
    registry.fail(fault)
    const client = connect({ limits: { retryForMs: 100 } })
    await expect(resolve(registry, client)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
  })

  test.each([
    ['silence', { how: 'hang', limits: { answerMs: 200 } }, 'REGISTRY_UNREACHABLE', /answer within 0\.2 s/],
    ['a trickle', { how: 'trickle', limits: { requestMs: 300 } }, 'REGISTRY_FAILED', /longer than 0\.3 s/],
  ] as const)('%s ends at its limit', async (_, { how, limits }, code, message) => {
    const registry = await serve({ manners: 'open' })
    registry.fail({ at: 'manifest', how })
    const client = connect({ limits: { ...limits, retryForMs: 100 } })
    await expect(resolve(registry, client)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
  })

  test.each(['corrupt', 'wrong-digest'] as const)(
    'a manifest that does not match its digest (%s) is refused',
    async (how) => {
      const registry = await serve({ manners: 'open' })
      registry.fail({ at: 'manifest', how })
      await expect(resolve(registry)).rejects.toMatchObject({
        code: 'REGISTRY_FAILED',
        message: expect.stringContaining('is wrong') as string,
      })
    },
  )

  test('a variant that does not match the index is refused', async () => {
    const registry = await serve({ manners: 'open' })
    const isVariant = (path: string) => path.endsWith(image.variants[0]?.digest ?? '')
    const tamper: Fetch = (url, init) =>
      isVariant(url) ? Promise.resolve(new Response('{}')) : fetch(url, init)
    await expect(resolve(registry, connect({ fetch: tamper }))).rejects.toMatchObject({
      code: 'REGISTRY_FAILED',
      message: expect.stringContaining('is wrong') as string,
    })
  })

  test('a registry that is not running is named with the reason', async () => {
    const registry = await serve()
    await registry[Symbol.asyncDispose]()
    const client = connect({ limits: { retryForMs: 50 } })
    await expect(resolve(registry, client)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: `${registry.host} cannot be reached: the connection was refused.`,
      temporary: true,
    })
  })

  test('a registry without TLS gets a hint at `insecure: true`', async () => {
    const registry = await serve()
    const tls: Fetch = (url, init) => fetch(url.replace('http:', 'https:'), init)
    await expect(resolve(registry, connect({ fetch: tls }))).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: `${registry.host} cannot be reached: it does not use TLS.`,
      hint: expect.stringContaining('insecure: true') as string,
    })
  })

  test('a registry with TLS that is asked over plain HTTP gets a hint at `insecure: true`', async () => {
    const registry = await serve()
    const cause = Object.assign(new Error('closed'), { code: 'UND_ERR_SOCKET' })
    const closes: Fetch = () => Promise.reject(new TypeError('fetch failed', { cause }))
    const hint = expect.stringContaining('since dray.yml has `insecure: true` for it') as string
    const limits = { retryForMs: 50 }
    await expect(resolve(registry, connect({ fetch: closes, limits }))).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      hint,
    })
    const says: Fetch = () =>
      Promise.resolve(new Response('Client sent an HTTP request to an HTTPS server.\n', { status: 400 }))
    await expect(resolve(registry, connect({ fetch: says }))).rejects.toMatchObject({
      code: 'REGISTRY_FAILED',
      hint,
    })
  })

  test.each([
    ['CERT_NOT_YET_VALID', /not valid yet according to this machine's clock/],
    ['CERT_HAS_EXPIRED', /has expired/],
  ])('a certificate out of its time (%s) may be the fault of the clock', async (code, message) => {
    const registry = await serve()
    const cause = Object.assign(new Error('certificate'), { code })
    const refuse: Fetch = () => Promise.reject(new TypeError('fetch failed', { cause }))
    await expect(resolve(registry, connect({ fetch: refuse }))).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringMatching(message) as string,
      hint: expect.stringContaining('`date`') as string,
      temporary: false,
    })
  })

  test('an abort ends a request that hangs, with the reason of the signal', async () => {
    const registry = await serve()
    registry.fail({ at: 'any', how: 'hang' })
    const controller = new AbortController()
    const reference = parseImageReference(`${registry.host}/acme/shop:1`)
    const resolving = connect().resolve(reference, AMD64, controller.signal)
    await expect.poll(() => registry.requests.length).toBe(1)
    controller.abort(new Error('stopped by hand'))
    await expect(resolving).rejects.toThrow('stopped by hand')
  })

  test('no failure shows a password or a token, however it is printed', async () => {
    const faults = [
      { at: 'token', how: 'status', status: 500, body: PASSWORD },
      { at: 'token', how: 'status', status: 200, body: JSON.stringify({ token: `${PASSWORD}\n` }) },
      { at: 'token', how: 'status', status: 403, body: PASSWORD },
      { at: 'manifest', how: 'status', status: 400, body: PASSWORD },
      { at: 'token', how: 'reset' },
      { at: 'token', how: 'truncate' },
    ] as const
    for (const fault of faults) {
      const registry = await serve()
      registry.makePrivate('acme/shop')
      registry.fail(fault)
      const client = connect({ password: PASSWORD, limits: { retryForMs: 20 } })
      const error: unknown = await resolve(registry, client).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({ code: expect.stringMatching(/^REGISTRY_/) as string })
      const basic = Buffer.from(`ci:${PASSWORD}`).toString('base64')
      const printed = inspect(error, { depth: 10, showHidden: true })
      expect(printed).not.toContain(PASSWORD)
      expect(printed).not.toContain(basic)
    }
  })
})
