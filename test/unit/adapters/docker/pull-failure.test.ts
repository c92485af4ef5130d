import { expect, test } from 'vitest'
import { readPullFailure } from '../../../../src/adapters/docker/pull-failure.ts'

const image = `ghcr.io/acme/shop@sha256:${'a'.repeat(64)}`
const pull = { name: image, host: 'deploy@srv1', credentials: {} }

// The words of Engines 20.10 to 28.5 and of the registries behind them.
test.each([
  ['failed to register layer: write /usr/lib/libc.so.6: no space left on device', 'DISK_FULL'],
  ['write /var/lib/docker/tmp/GetImageBlob271543: no space left on device', 'DISK_FULL'],
  ['Head "https://ghcr.io/v2/acme/shop/manifests/v1": denied', 'REGISTRY_FORBIDDEN'],
  ['Head "https://ghcr.io/v2/acme/shop/manifests/v1": unauthorized', 'REGISTRY_FORBIDDEN'],
  [
    "pull access denied for acme/shop, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    'REGISTRY_FORBIDDEN',
  ],
  ['toomanyrequests: You have reached your pull rate limit.', 'REGISTRY_RATE_LIMITED'],
  ['manifest for ghcr.io/acme/shop:v9 not found: manifest unknown: manifest unknown', 'TAG_NOT_FOUND'],
  ['manifest unknown', 'TAG_NOT_FOUND'],
  ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'PLATFORM_MISSING'],
  ['an unknown failure', 'PULL_FAILED'],
])('%s', (text, code) => {
  expect(readPullFailure(text, pull).code).toBe(code)
})

test.each([
  'Get "https://ghcr.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
  'Get "https://ghcr.io/v2/": dial tcp 140.82.121.34:443: i/o timeout',
  'Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io on 127.0.0.53:53: server misbehaving',
  'received unexpected HTTP status: 503 Service Unavailable',
  'read tcp 10.0.0.1:4->10.0.0.2:443: read: connection reset by peer',
  'unexpected EOF',
  'failed to authorize: failed to fetch oauth token: Post "https://ghcr.io/token": use of closed network connection',
])('%s is temporary', (text) => {
  expect(readPullFailure(text, pull)).toMatchObject({ code: 'PULL_FAILED', temporary: true })
})

test('without credentials, a refusal means that some are wanted', () => {
  const failure = readPullFailure('denied', { ...pull, credentials: undefined })
  expect(failure.code).toBe('REGISTRY_UNAUTHORIZED')
})

test.each([
  [image, undefined, /^Set GITHUB_TOKEN .*`docker login`/],
  [
    'registry.example.com/tools/job:v1',
    undefined,
    /^Add the login to `registries:`.*`docker login registry\.example\.com`/,
  ],
  ['acme/job:v1', undefined, /^Add the login.*`docker login`/],
  [image, {}, /^Check the token.*`read:packages`/],
  [
    'registry.example.com/tools/job:v1',
    {},
    /^The login may be outdated.*`docker login registry\.example\.com`/,
  ],
  [
    'registry.example.com/tools/job:v1',
    { passwordVariable: 'JOB_PASSWORD' },
    /^The login is that of registry\.example\.com .*JOB_PASSWORD/,
  ],
])('the hint leads to the login of %s, with %o', (name, credentials, hint) => {
  expect(readPullFailure('denied', { ...pull, name, credentials }).hint).toMatch(hint)
})

test('an unknown failure is not retried', () => {
  expect(readPullFailure('something nobody has seen', pull).temporary).toBe(false)
})
