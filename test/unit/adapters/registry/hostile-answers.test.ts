import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { parseChallenge } from '../../../../src/adapters/registry/auth-challenge.ts'
import { parseImageConfig } from '../../../../src/adapters/registry/manifest.ts'
import { httpFetch, type Fetch } from '../../../../src/adapters/http/http-fetch.ts'
import { parseRetryAfter } from '../../../../src/adapters/registry/retry-after.ts'
import { parseImageReference } from '../../../../src/deploy/model/image-reference.ts'
import { cpuMsOf } from '../../../support/cpu-time.ts'
import { textOf } from '../../../support/random-cases.ts'
import { connect, resolve, serve, stopServing } from './registry-subject.ts'

afterEach(stopServing)

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

describe('a header that a registry sends', () => {
  const name = fc.stringMatching(/^[a-z_]{1,8}$/).filter((it) => it !== 'realm')
  const value = fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', '=', ' ', '/', 'Bearer ') })
  const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`

  test('is a challenge with just the values that were put into quotes', () => {
    fc.assert(
      fc.property(value, value, fc.array(fc.tuple(name, value), { maxLength: 3 }), (realm, service, more) => {
        const pairs = [
          ...more.filter(([it]) => it !== 'service' && it !== 'scope'),
          ['realm', realm],
          ['service', service],
        ]
        const header = `Bearer ${pairs.map(([key = '', it = '']) => `${key}=${quote(it)}`).join(',')}`
        expect(parseChallenge(header)).toEqual({ scheme: 'bearer', realm, service, scope: undefined })
      }),
    )
  })

  test('never throws, whatever it is', () => {
    const pieces = ['Bearer ', 'Basic', 'realm', 'realm=', '"', '\\', '=', ',', ' ', 'https://a/t', 'é', '\t']
    fc.assert(
      fc.property(fc.oneof(fc.string(), textOf(pieces, 12)), (header) => {
        expect(['bearer', 'basic', undefined]).toContain(parseChallenge(header)?.scheme)
      }),
    )
  })

  test('asks for a wait that ends, or for none', () => {
    const pieces = [
      'retry-after:',
      ' ',
      '9'.repeat(400),
      '1',
      '.',
      'ms',
      'h',
      'µs',
      '-',
      'Mon, 23 Nov 2026 10:00:00 GMT',
    ]
    const any = fc.oneof(fc.string(), textOf(pieces, 8))
    fc.assert(
      fc.property(fc.option(any), any, (header, text) => {
        const waitMs = parseRetryAfter(header, text, Date.UTC(2026, 10, 23)) ?? 0
        expect(Number.isFinite(waitMs) && waitMs >= 0).toBe(true)
      }),
    )
  })

  test.each(['a=', 'a="', 'a="\\"', 'a ', 'a= ', '"', '\\', 'retry-after:', '1.', '1m', ' '])(
    'is read soon when it repeats %j',
    (piece) => {
      const takenMs = cpuMsOf(() => {
        parseChallenge(piece.repeat(100_000))
        parseRetryAfter(piece.repeat(100_000), piece.repeat(100_000), 0)
      })
      expect(takenMs).toBeLessThan(2_000)
    },
  )
})

test('an image configuration is read as far as possible', () => {
  const near = fc.record(
    { os: fc.jsonValue(), architecture: fc.jsonValue(), config: fc.jsonValue(), rootfs: fc.jsonValue() },
    { requiredKeys: [] },
  )
  const deep = fc.constantFrom('['.repeat(100_000), '['.repeat(100_000) + ']'.repeat(100_000))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        deep,
        near.map((it) => JSON.stringify(it)),
      ),
      (text) => {
        const { unpackedDigests } = parseImageConfig(Buffer.from(text))
        expect(unpackedDigests.every((it) => typeof it === 'string')).toBe(true)
      },
    ),
  )
})

test('an answer that is packed is refused, whatever it unpacks to', async () => {
  const registry = await serve({ manners: 'open' })
  const bomb = gzipSync(Buffer.alloc(64 * 1024 ** 2))
  expect(bomb.length).toBeLessThan(100_000)
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' })
    response.end(bomb)
  })
  open.push(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const packed: Fetch = (url, init) =>
    httpFetch(url.includes('/manifests/') ? `http://127.0.0.1:${port}/` : url, init)
  await expect(
    resolve(registry, connect({ fetch: packed, limits: { retryForMs: 0 } })),
  ).rejects.toMatchObject({
    code: 'REGISTRY_FAILED',
    message: `${registry.host} sent a compressed answer.`,
  })
})

describe('of the tags of a registry', () => {
  const tagsOf = async (answer: (url: string) => Response): Promise<string[]> => {
    const registry = await serve({ manners: 'open' })
    const lists: Fetch = (url, init) =>
      url.includes('/tags/') || !url.includes(registry.host) ? Promise.resolve(answer(url)) : fetch(url, init)
    return connect({ fetch: lists }).tags(parseImageReference(`${registry.host}/acme/shop`))
  }

  test('invalid tags are left out', async () => {
    const tags = ['v1', '\u001b[2J', '', '-v', 'a b', 'v'.repeat(129), '../x', 'v2']
    expect(await tagsOf(() => new Response(JSON.stringify({ tags })))).toEqual(['v1', 'v2'])
  })

  test.each([
    '<https://elsewhere.example.com/v2/acme/shop/tags/list>; rel="next"',
    '<//elsewhere.example.com/tags>; rel="next"',
    '<https://user:password@elsewhere.example.com/tags/>; rel=next',
    '<file:///etc/passwd>; rel="next"',
    '<http://[>; rel="next"',
    '<>; rel="next"',
    `<a>;${' '.repeat(10_000)}`,
  ])('no page elsewhere is asked for: %s', async (link) => {
    const asked: string[] = []
    const tags = await tagsOf((url) => {
      asked.push(new URL(url).host)
      return new Response('{"tags":["v1"]}', { headers: asked.length > 2 ? {} : { link } })
    })
    expect(new Set(asked).size).toBe(1)
    expect(new Set(tags)).toEqual(new Set(['v1']))
  })
})
