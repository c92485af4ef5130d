import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { testToken, type TestRegistry } from '../../support/net/registry.ts'
import { expectRefusal, type Refusal } from './support/expect-refusal.ts'
import { TrialApp, type Change } from './support/trial-app.ts'

const net = attachTestNet()
const { registry } = net
const app = new TrialApp({ net, server: 'srv1', name: 'registry-trouble', port: 8185 })
const expiredToken = `ghs_${'expired0'.repeat(5)}`

type Fault = Omit<Parameters<TestRegistry['setFault']>[0], 'match'>
const manifests = (fault: Fault) => (): Promise<void> =>
  registry.setFault({ match: /ghcr\.io\/v2\/acme\/shop\/manifests/, ...fault })
const layers = (fault: Fault) => (): Promise<void> =>
  registry.setFault({ match: /githubusercontent\.com\/ghcr1\/blobs/, ...fault })
const nothing = (): Promise<void> => Promise.resolve()

beforeAll(() => app.start())
afterEach(() => registry.reset())
afterAll(() => app.remove())

const unavailable: Refusal = {
  code: 'REGISTRY_FAILED',
  exitCode: 3,
  says: 'ghcr.io answered 503',
  hint: 'Nothing was changed',
}
const forbidden: Refusal = {
  code: 'REGISTRY_FORBIDDEN',
  exitCode: 3,
  says: 'ghcr.io rejected the login for acme/shop',
  hint: /expired[^]*GITHUB_TOKEN[^]*`read:packages`/,
}

test.each<[string, () => Promise<void>, Change, Refusal]>([
  [
    'a token that is empty',
    nothing,
    { env: { GITHUB_TOKEN: '' } },
    {
      code: 'TOKEN_EMPTY',
      exitCode: 3,
      says: 'GITHUB_TOKEN, the password for ghcr.io, is empty',
      hint: 'github.token',
    },
  ],
  ['a token that has expired', nothing, { env: { GITHUB_TOKEN: expiredToken } }, forbidden],
  [
    'a token for another package',
    () => registry.setTokens([{ token: testToken, repositories: ['acme/other'] }]),
    {},
    forbidden,
  ],
  [
    'no token',
    nothing,
    { env: { GITHUB_TOKEN: undefined } },
    {
      code: 'REGISTRY_UNAUTHORIZED',
      exitCode: 3,
      says: 'ghcr.io/acme/shop is private or does not exist',
      hint: 'Set GITHUB_TOKEN',
    },
  ],
  ['401', manifests({ status: 401 }), {}, forbidden],
  ['403', manifests({ status: 403 }), {}, forbidden],
  [
    '429',
    manifests({ status: 429, headers: { 'retry-after': '600' } }),
    {},
    {
      code: 'REGISTRY_RATE_LIMITED',
      exitCode: 3,
      says: 'ghcr.io limits requests',
      hint: 'in 10 minutes',
    },
  ],
  ['503', manifests({ status: 503 }), {}, unavailable],
  [
    '503 of the token service',
    () => registry.setFault({ match: /ghcr\.io\/token/, status: 503 }),
    {},
    unavailable,
  ],
  [
    'an answer that breaks off',
    manifests({ truncateAfterBytes: 100 }),
    {},
    {
      code: 'REGISTRY_FAILED',
      exitCode: 3,
      says: 'The answer of ghcr.io was incomplete',
      hint: 'Nothing was changed',
    },
  ],
  [
    'a manifest that is not what its digest says',
    manifests({ wrongDigest: true }),
    {},
    {
      code: 'REGISTRY_FAILED',
      exitCode: 3,
      says: /answer of ghcr\.io for acme\/shop is wrong: its digest is sha256:\w{64}, not sha256:0{64}/,
      hint: 'Nothing was changed',
    },
  ],
  [
    'a web page instead of a manifest',
    manifests({ status: 200, body: '<html>Sign in</html>' }),
    {},
    {
      code: 'REGISTRY_FAILED',
      exitCode: 3,
      says: 'ghcr.io/acme/shop:v3 is not an image',
      hint: 'push it again',
    },
  ],
  [
    'a connection that is closed',
    manifests({ reset: true }),
    {},
    {
      code: 'REGISTRY_UNREACHABLE',
      exitCode: 3,
      says: 'ghcr.io cannot be reached',
      hint: 'Nothing was changed',
    },
  ],
  [
    'a port where nobody listens',
    () => registry.refuseConnections(),
    {},
    {
      code: 'REGISTRY_UNREACHABLE',
      exitCode: 3,
      says: 'ghcr.io cannot be reached: the connection was refused',
      hint: 'Nothing was changed',
    },
  ],
  [
    'a registry that never answers',
    manifests({ hang: true }),
    {},
    {
      code: 'REGISTRY_UNREACHABLE',
      exitCode: 3,
      says: 'ghcr.io did not answer within 10 s',
      hint: 'Nothing was changed',
    },
  ],
  [
    'an image for another processor',
    nothing,
    { tag: 'v2-other-platform' },
    {
      code: 'PLATFORM_MISSING',
      exitCode: 3,
      says: /ghcr\.io\/acme\/shop:v2-other-platform has no variant for linux\/\w+: it has only linux\/s390x/,
      hint: '`docker buildx build --platform linux/',
    },
  ],
  [
    'a tag that is not there',
    nothing,
    { tag: 'v99' },
    {
      code: 'TAG_NOT_FOUND',
      exitCode: 3,
      says: 'ghcr.io/acme/shop has no tag `v99`',
      hint: /newest tags: latest, v\d/,
    },
  ],
])('reports %s, and the old release keeps serving', async (_, arrange, change, refusal) => {
  const before = await app.state()
  await arrange()
  expectRefusal(await app.deploy({ tag: 'v3', ...change }), refusal)
  expect(await app.state()).toBe(before)
})

test('a registry that fails for a moment does not fail the deploy', async () => {
  await manifests({ status: 503, times: 2 })()
  await layers({ truncateAfterBytes: 200_000, times: 1 })()
  const { exitCode, stderr } = await app.deploy({ tag: 'v3' })
  expect(stderr).not.toContain('✗')
  expect(exitCode).toBe(0)
  expect(await app.answer()).toContain('"version":"v3"')
})
