import { expect } from 'vitest'
import {
  createRegistryClient,
  type RegistryClientOptions,
} from '../../../../src/adapters/registry/registry-client.ts'
import type { Fetch } from '../../../../src/adapters/http/http-fetch.ts'
import { parseImageReference } from '../../../../src/deploy/model/image-reference.ts'
import { systemClock } from '../../../../src/shared/clock.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import {
  startFakeRegistry,
  type FakeRegistry,
  type FakeRegistryOptions,
} from '../../../support/fake-registry.ts'
import { AMD64, ARM64, buildOciImage } from '../../../support/oci-image.ts'

export const PASSWORD = 'ghs_the-secret-password'
export const image = buildOciImage({ platforms: [AMD64, ARM64] })

let started: FakeRegistry[] = []

/** Ends what `serve` started. */
export async function stopServing(): Promise<void> {
  const unmet = started.flatMap((registry) => registry.unmetFaults())
  await Promise.all(started.map((registry) => registry[Symbol.asyncDispose]()))
  started = []
  expect(unmet, 'faults that no request met').toEqual([])
}

/** A registry that holds `acme/shop:1`. */
export async function serve(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const registry = await startFakeRegistry({ passwords: [PASSWORD], ...options })
  started.push(registry)
  registry.push('acme/shop', '1', image)
  return registry
}

export function connect(options: Partial<RegistryClientOptions> & { password?: string } = {}) {
  const { password, ...rest } = options
  const login = password === undefined ? undefined : { username: 'ci', password: new Secret(password) }
  return createRegistryClient({
    credentials: () => Promise.resolve(login),
    insecure: new Set(),
    clock: systemClock,
    ...rest,
    limits: { answerMs: 60_000, requestMs: 60_000, retryForMs: 60_000, ...options.limits },
  })
}

/** Resolves `acme/shop:1`, or another tag. */
export function resolve(registry: FakeRegistry, client = connect(), tag = '1') {
  return client.resolve(parseImageReference(`${registry.host}/acme/shop:${tag}`), AMD64)
}

export function places(registry: FakeRegistry): string[] {
  return registry.requests.map(({ place, authorization }) => `${place} ${authorization}`)
}

/** Answers as if the registry were served with TLS at `baseUrl`, its token service at `realm`. */
export function asIf(baseUrl: string, registry: FakeRegistry, realm = baseUrl): Fetch {
  return async (url, init) => {
    const answer = await fetch(url.replace(baseUrl, `http://${registry.host}`), init)
    const headers = new Headers(answer.headers)
    const challenge = headers.get('www-authenticate')?.replace(`http://${registry.host}`, realm)
    if (challenge !== undefined) headers.set('www-authenticate', challenge)
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers })
  }
}

/** A network in which nothing but this machine can be reached. */
export const onlyLoopback: Fetch = (url, init) =>
  url.startsWith('http://127.')
    ? fetch(url, init)
    : Promise.reject(
        new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ENETUNREACH' }) }),
      )
