import { afterEach, describe, expect, test } from 'vitest'
import type { Fetch } from '../../../../src/adapters/http/http-fetch.ts'
import { systemClock } from '../../../../src/shared/clock.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import { parseImageReference } from '../../../../src/deploy/model/image-reference.ts'
import { AMD64, buildOciImage } from '../../../support/oci-image.ts'
import {
  asIf,
  connect,
  image,
  onlyLoopback,
  PASSWORD,
  places,
  resolve,
  serve,
  stopServing,
} from './registry-subject.ts'

afterEach(stopServing)

describe('a token for others', () => {
  const shop = (registry: { host: string }) => ({ registry: registry.host, repository: 'acme/shop' })

  test('is a new one for one repository each time, and no login', async () => {
    const registry = await serve()
    registry.makePrivate('acme/shop')
    const client = connect({ password: PASSWORD })
    const tokens = [await client.pullToken(shop(registry)), await client.pullToken(shop(registry))]
    expect(new Set(tokens.map((token) => token?.reveal())).size).toBe(2)
    expect(tokens.map((token) => token?.reveal())).not.toContain(PASSWORD)
  })

  test('does not exist where no login is needed, and is refused where the registry takes a password only', async () => {
    const open = await serve({ manners: 'open' })
    expect(await connect({ password: PASSWORD }).pullToken(shop(open))).toBeUndefined()
    expect(await connect().pullToken(shop(await serve()))).toBeUndefined()
    const basic = await serve({ manners: 'basic' })
    await expect(connect({ password: PASSWORD }).pullToken(shop(basic))).rejects.toMatchObject({
      code: 'SWARM_LOGIN_BASIC',
    })
  })
})

describe('the token dance', () => {
  test('a public image is read with an anonymous token', async () => {
    const registry = await serve()
    expect((await resolve(registry)).digest).toBe(image.digest)
    expect(places(registry)).toEqual([
      'manifest none',
      'token none',
      'manifest bearer',
      'manifest bearer',
      'blob bearer',
    ])
  })

  test('after a greeting the first request for an image comes with a token', async () => {
    const registry = await serve()
    const client = connect()
    await client.ping(registry.host)
    await resolve(registry, client)
    expect(registry.requests[0]).toMatchObject({ path: '/v2/', authorization: 'none' })
    expect(places(registry).slice(1)).toEqual([
      'token none',
      'manifest bearer',
      'manifest bearer',
      'blob bearer',
    ])
  })

  test('a greeting that fails changes nothing', async () => {
    const registry = await serve()
    registry.fail({ at: 'any', how: 'reset', times: 1 })
    const client = connect()
    await client.ping(registry.host)
    expect((await resolve(registry, client)).digest).toBe(image.digest)
  })

  test('the login goes to the token service only', async () => {
    const registry = await serve()
    registry.makePrivate('acme/shop')
    expect((await resolve(registry, connect({ password: PASSWORD }))).digest).toBe(image.digest)
    expect(places(registry)).toEqual([
      'manifest none',
      'token basic',
      'manifest bearer',
      'manifest bearer',
      'blob bearer',
    ])
  })

  test.each([
    ['https://auth.example.net', ['example.com auth.example.net']],
    ['https://auth.example.com', []],
  ])(
    'a token service that gets the login from another domain is reported once: %s',
    async (realm, expected) => {
      const registry = await serve()
      registry.makePrivate('acme/shop')
      const served = asIf('https://example.com', registry, realm)
      const told: string[] = []
      const client = connect({
        fetch: (url, init) => served(url.replace(realm, 'https://example.com'), init),
        password: PASSWORD,
        onForeignService: (it) => void told.push(`${it.registry} ${it.service}`),
      })
      const reference = parseImageReference('example.com/acme/shop:1')
      await client.resolve(reference, AMD64)
      await client.tags(reference)
      expect(told).toEqual(expected)
    },
  )

  test('every kind of manifest is accepted', async () => {
    const registry = await serve()
    await resolve(registry)
    for (const type of ['oci.image.index', 'oci.image.manifest', 'manifest.list.v2', 'manifest.v2']) {
      expect(registry.requests.at(0)?.accept).toContain(type)
    }
  })

  test('a second image of the same registry needs no challenge, and a second look at an image no token', async () => {
    const registry = await serve()
    registry.push('acme/other', '1', buildOciImage({ layers: ['other'] }))
    const client = connect()
    await resolve(registry, client)
    await client.resolve(parseImageReference(`${registry.host}/acme/other:1`), AMD64)
    expect(places(registry).slice(5)).toEqual([
      'token none',
      'manifest bearer',
      'manifest bearer',
      'blob bearer',
    ])
    await resolve(registry, client)
    expect(places(registry).slice(9)).toEqual(['manifest bearer'])
  })

  test('a hint at another repository is not followed', async () => {
    const registry = await serve({ scopeHint: 'repository:user/image:pull' })
    expect((await resolve(registry)).digest).toBe(image.digest)
  })

  test('a token that expired unexpectedly is replaced once', async () => {
    const registry = await serve()
    const client = connect()
    await resolve(registry, client)
    registry.expireTokens()
    expect((await resolve(registry, client)).digest).toBe(image.digest)
    expect(places(registry).slice(5)).toEqual(['manifest bearer', 'token none', 'manifest bearer'])
  })

  test('a token is replaced before it expires: after a minute where the registry does not say', async () => {
    for (const [expiresIn, usableMs] of [[undefined, 50_000] as const, [300, 290_000] as const]) {
      const registry = await serve({ expiresIn })
      let nowMs = 0
      const client = connect({ clock: { ...systemClock, now: () => nowMs } })
      await resolve(registry, client)
      nowMs = usableMs - 1
      await resolve(registry, client)
      expect(places(registry).filter((place) => place === 'token none')).toHaveLength(1)
      nowMs = usableMs
      await resolve(registry, client)
      expect(places(registry).filter((place) => place === 'token none')).toHaveLength(2)
    }
  })

  test('an identity token is exchanged in the body of a request', async () => {
    const registry = await serve({ passwords: ['refresh-me'] })
    registry.makePrivate('acme/shop')
    const login = { username: '<token>', password: new Secret('refresh-me') }
    const client = connect({ credentials: () => Promise.resolve(login) })
    expect((await resolve(registry, client)).digest).toBe(image.digest)
    expect(registry.requests[1]).toMatchObject({ method: 'POST', path: '/token', authorization: 'none' })
  })
})

describe('access', () => {
  test('a private image without a login may as well not be there', async () => {
    const registry = await serve()
    registry.makePrivate('acme/shop')
    await expect(resolve(registry)).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: `${registry.host} requires a login for acme/shop.`,
      exitCode: 3,
    })
  })

  test('the hint says that GHCR hides private images', async () => {
    const registry = await serve()
    const client = connect({ fetch: asIf('https://ghcr.io', registry) })
    await expect(client.resolve(parseImageReference('ghcr.io/acme/secret:1'), AMD64)).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: 'ghcr.io/acme/secret is private or does not exist.',
      hint: expect.stringContaining('GITHUB_TOKEN') as string,
    })
    const stale = connect({ fetch: asIf('https://ghcr.io', registry), password: 'stale' })
    await expect(stale.resolve(parseImageReference('ghcr.io/acme/secret:1'), AMD64)).rejects.toMatchObject({
      code: 'REGISTRY_FORBIDDEN',
      hint: expect.stringMatching(/GITHUB_TOKEN.*`docker login ghcr\.io`.*`read:packages`/) as string,
    })
  })

  test.each(['ghcr', 'hub'] as const)(
    'a stale login at a registry like %s does not stand in the way of a public image',
    async (manners) => {
      const registry = await serve({ manners })
      const client = connect({ password: 'stale' })
      expect((await resolve(registry, client)).digest).toBe(image.digest)
      expect(await client.credentials(registry.host)).toBeUndefined()
    },
  )

  test.each(['ghcr', 'hub', 'basic'] as const)(
    'a stale login at a registry like %s is named as the cause for a private image',
    async (manners) => {
      const registry = await serve({ manners })
      registry.makePrivate('acme/shop')
      await expect(resolve(registry, connect({ password: 'stale' }))).rejects.toMatchObject({
        code: 'REGISTRY_FORBIDDEN',
        message: `${registry.host} rejected the login for acme/shop, and does not allow anonymous access.`,
        hint: expect.stringContaining('may be outdated') as string,
      })
    },
  )

  test('a login of dray.yml is corrected there, not by docker login', async () => {
    const registry = await serve()
    registry.makePrivate('acme/shop')
    const login = { username: 'ci', password: new Secret('stale'), passwordVariable: 'REGISTRY_PASSWORD' }
    const client = connect({ credentials: () => Promise.resolve(login) })
    await expect(resolve(registry, client)).rejects.toMatchObject({
      code: 'REGISTRY_FORBIDDEN',
      hint: expect.stringMatching(
        /^(?!.*docker login).*`registries:` in dray\.yml.*REGISTRY_PASSWORD/,
      ) as string,
    })
  })

  test('a login that works is the one that the engine gets', async () => {
    const registry = await serve()
    const client = connect({ password: PASSWORD })
    await resolve(registry, client)
    expect((await client.credentials(registry.host))?.password.reveal()).toBe(PASSWORD)
  })

  test('a login is never sent to a token service without TLS by a registry that has it', async () => {
    const registry = await serve()
    const plainRealm = asIf('https://registry.example.com', registry, `http://${registry.host}`)
    const client = connect({ password: PASSWORD, fetch: plainRealm })
    const reference = parseImageReference('registry.example.com/acme/shop:1')
    await expect(client.resolve(reference, AMD64)).rejects.toMatchObject({
      code: 'REGISTRY_FAILED',
      message: 'registry.example.com names a token service that is not secure enough to send the login to.',
    })
    expect(places(registry)).toEqual(['manifest none'])
  })

  test('a redirect from TLS to plain HTTP is not followed', async () => {
    const registry = await serve({ manners: 'open' })
    const redirect: Fetch = async (url) => {
      const location = url.replace('https://registry.example.com', `http://${registry.host}`)
      return new Response(null, { status: 307, headers: { location } })
    }
    const reference = parseImageReference('registry.example.com/acme/shop:1')
    await expect(connect({ fetch: redirect }).resolve(reference, AMD64)).rejects.toMatchObject({
      code: 'REGISTRY_FAILED',
      message: 'registry.example.com redirected to an address without TLS.',
    })
    expect(registry.requests).toEqual([])
  })

  test.each([
    ['without an address', undefined, 'redirected a request without a valid address.'],
    ['to a file', 'file:///etc/passwd', 'redirected a request without a valid address.'],
    ['to an address with a login', 'http://a:b@127.0.0.1/', 'redirected a request without a valid address.'],
    ['to itself', '', 'redirects more than 5 times.'],
  ])('a redirect %s is refused', async (_, location, how) => {
    const registry = await serve({ manners: 'open' })
    let asked = 0
    const redirect: Fetch = async (url) => {
      asked++
      return new Response(null, {
        status: 302,
        ...(location !== undefined && { headers: { location: location === '' ? url : location } }),
      })
    }
    await expect(resolve(registry, connect({ fetch: redirect }))).rejects.toMatchObject({
      code: 'REGISTRY_FAILED',
      message: `${registry.host} ${how}`,
    })
    expect(asked).toBe(location === '' ? 6 : 1)
  })

  test('a login in the body of a request is not taken along to where a token service redirects', async () => {
    const registry = await serve()
    const elsewhere = await serve()
    const status = { at: 'token', how: 'status', status: 307 } as const
    registry.fail({ ...status, headers: { location: `http://${elsewhere.host}/token` } })
    const login = { username: '<token>', password: new Secret(PASSWORD) }
    const client = connect({ credentials: () => Promise.resolve(login), limits: { retryForMs: 0 } })
    await expect(resolve(registry, client)).rejects.toMatchObject({
      code: 'REGISTRY_FAILED',
      message: `${registry.host} redirected a request that must not be redirected.`,
    })
    expect(elsewhere.requests).toEqual([])
  })

  test('a login is left behind when a token service redirects to another host', async () => {
    const registry = await serve()
    const elsewhere = await serve()
    const status = { at: 'token', how: 'status', status: 307 } as const
    registry.fail({ ...status, headers: { location: `http://${elsewhere.host}/token` } })
    await resolve(registry, connect({ password: PASSWORD, limits: { retryForMs: 0 } })).catch(() => undefined)
    expect(places(elsewhere)).toContain('token none')
    expect(places(elsewhere)).not.toContain('token basic')
  })

  test('the token is not sent along when blobs are served from elsewhere', async () => {
    const registry = await serve({ redirectBlobs: true })
    registry.push('acme/shop', 'bare', buildOciImage({ bare: true }))
    await resolve(registry, connect(), 'bare')
    expect(registry.requests.slice(-2)).toMatchObject([
      { path: expect.stringContaining('/v2/') as string, authorization: 'bearer' },
      { path: expect.stringContaining('/storage/') as string, authorization: 'none' },
    ])
  })

  test('a mirror is asked first, and the registry itself where the mirror does not help', async () => {
    const [mirror, registry] = [await serve(), await serve()]
    registry.push('acme/shop', '2', image)
    const client = connect({ mirrorOf: async () => `http://${mirror.host}`, limits: { retryForMs: 20 } })
    await resolve(registry, client)
    expect(registry.requests).toEqual([])
    expect((await resolve(registry, client, '2')).digest).toBe(image.digest)
    await mirror[Symbol.asyncDispose]()
    expect((await resolve(registry, client)).digest).toBe(image.digest)
  })

  test("reports the mirror's missing tag when the registry cannot be reached", async () => {
    const mirror = await serve()
    const client = connect({
      mirrorOf: async () => `http://${mirror.host}`,
      fetch: onlyLoopback,
      limits: { retryForMs: 20 },
    })
    await expect(client.resolve(parseImageReference('acme/shop:9'), AMD64)).rejects.toMatchObject({
      code: 'TAG_NOT_FOUND',
      message: `acme/shop has no tag \`9\` on ${mirror.host}.`,
    })
  })
})
