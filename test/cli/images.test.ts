import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Digest } from '../../src/deploy/model/image-reference.ts'
import { fakeRelease } from '../support/fake-status-observation.ts'
import { startFakeRegistry, type FakeRegistry } from '../support/fake-registry.ts'
import { GithubPackages } from '../support/github-packages.ts'
import { AMD64, ARM64, buildOciImage, sha256, type OciImage } from '../support/oci-image.ts'
import { makeProject } from '../support/make-project.ts'
import { runCli, type CliResult } from '../support/run-cli.ts'

const token = 'ghs_the-secret-password'
/** Two platforms; the attestation is the same in all of them. */
const shop = (version: string): OciImage =>
  buildOciImage({ platforms: [AMD64, ARM64], layers: [`layer of ${version}`], attestation: true })
const [v1, v2, v3, v4] = ['v1', 'v2', 'v3', 'v4'].map(shop) as [OciImage, OciImage, OciImage, OciImage]
let registry: FakeRegistry
let github: GithubPackages
let path: string

/** A signature, as one that has the image as its subject. */
function aboutImage(digest: Digest): OciImage {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const body = Buffer.from(JSON.stringify({ mediaType, layers: [], subject: { digest, size: 1 } }))
  return {
    blobs: [],
    manifests: [{ mediaType, body, digest: sha256(body) }],
    digest: sha256(body),
    variants: [],
  }
}

beforeEach(async () => {
  registry = await startFakeRegistry({ passwords: [token] })
  github = await GithubPackages.start(registry)
  path = await mkdtemp(join(tmpdir(), 'dray-images-'))
  github.push('shop', v1, { tag: 'v1', daysAgo: 400 })
  github.push('shop', v2, { tag: 'v2', daysAgo: 300 })
  github.push('shop', aboutImage(v2.digest), { daysAgo: 300 })
  github.push('shop', v3, { tag: 'v3', daysAgo: 200 })
  github.push('shop', v4, { tag: 'v4', daysAgo: 100 })
  await putRelease('r6', 'v2', v2.digest)
})

afterEach(async () => {
  await github[Symbol.asyncDispose]()
  await registry[Symbol.asyncDispose]()
  await rm(path, { recursive: true })
})

/** Records a release in the app's directory, as a deploy does. */
async function putRelease(id: string, tag: string, digest: Digest): Promise<void> {
  const image = `${registry.host}/acme/shop@${digest}`
  const service = { image, digest, tag, replicas: 1, definitionHash: '', configHash: '' }
  await mkdir(join(path, '.dray/releases', id), { recursive: true })
  const release = fakeRelease({ id, tag, services: { app: service } })
  await writeFile(join(path, '.dray/releases', id, 'release.json'), JSON.stringify(release))
}

async function images(
  args: readonly string[],
  facts: { environments?: string; env?: object } = {},
): Promise<CliResult> {
  const cwd = await makeProject({
    'dray.yml': `registry: ${registry.host}/acme\nenvironments:\n  production: { host: local, path: ${path} }\n${facts.environments ?? ''}`,
    'docker-compose.yml': `services:\n  app: { image: "${registry.host}/\${REGISTRY_OWNER:-acme}/shop:\${IMAGE_TAG:-latest}" }\n  web: { image: nginx }\n`,
  })
  const env = { GITHUB_TOKEN: token, GITHUB_API_URL: github.url, ...facts.env }
  const result = await runCli(['images', ...args], { cwd, env })
  expect(result.stdout + result.stderr).not.toContain(token)
  return result
}

const deletions = (): string[] => github.requests.filter((it) => it.startsWith('DELETE'))
const digestsOf = (...all: OciImage[]): Digest[] => [
  ...new Set(all.flatMap((it) => it.manifests.map(({ digest }) => digest))),
]

describe('dray images', () => {
  test('lists tags with who needs them, and an image that lost its tag to another', async () => {
    github.push('shop', shop('v2 again'), { tag: 'v2', daysAgo: 50 })
    const { exitCode, stdout } = await images(['production'])
    expect(exitCode).toBe(0)
    const lines = stdout.split('\n').slice(2, -1)
    expect(lines.map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['v2', 'v4', 'v3', 'untagged', 'v1'])
    expect(lines[3]).toMatch(/untagged +sha256:\w+ +\d+ B +300 days ago +production runs r6 \(v2\)$/)
    expect(lines[0]).not.toContain('production')
  })

  test('as JSON', async () => {
    const { stdout } = await images(['production', '--limit', '1', '--json'])
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(found).toMatchObject([
      { type: 'image', tags: ['v4'], digest: v4.digest, users: [] },
      {
        type: 'image',
        tags: ['v2'],
        users: [{ environment: 'production', release: 'r6 (v2)', isServing: true }],
      },
    ])
  })

  test('a host that is silent is a note; without a token, or elsewhere than on GHCR, it is refused', async () => {
    const silent = await images(['production'], {
      environments: '  test: { host: local, path: /nowhere/at/all }\n',
    })
    expect(silent.exitCode).toBe(0)
    expect(silent.stderr).toContain('The images that test uses are unknown.')
    const denied = await images(['production'], { env: { GITHUB_TOKEN: '' } })
    expect(denied.exitCode).toBe(3)
    expect(denied.stderr).toContain('[PACKAGES_DENIED]')
    const elsewhere = await images(['production'], { env: { GITHUB_API_URL: 'https://api.github.com' } })
    expect(elsewhere.exitCode).toBe(2)
    expect(elsewhere.stderr).toContain('has no packages at api.github.com')
  })
})

describe('dray images prune', () => {
  test('lists the deletable versions, and deletes nothing', async () => {
    const { exitCode, stdout } = await images(['prune', '--keep', '1'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/✓ +v2 .* running in production: r6 \(v2\)\n/)
    expect(stdout).toMatch(/✓ +v4 .* among the newest 1\n/)
    expect(stdout).toMatch(/✗ +v1 .* unused\n/)
    expect(stdout).toContain('Nothing was deleted. Add --delete to delete 6 versions.')
    expect(deletions()).toEqual([])
  })

  test('deletes unused versions; keeps every part and signature of used ones', async () => {
    const { exitCode, stdout } = await images(['prune', '--keep', '1', '--delete'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Deleted 6 versions.')
    expect(github.digests('shop').sort()).toEqual([...digestsOf(v2, v4), aboutImage(v2.digest).digest].sort())
  })

  test('keeps the rollback targets of another environment', async () => {
    await putRelease('r5', 'v1', v1.digest)
    await images(['prune', '--keep', '1', '--delete'])
    expect(github.digests('shop')).toEqual(expect.arrayContaining(digestsOf(v1, v2, v4)))
    expect(github.digests('shop')).not.toContain(v3.digest)
  })

  test('takes the age from the last push, not from the content', async () => {
    github.push('shop', v1, { tag: 'again', daysAgo: 0 })
    await images(['prune', '--keep', '1', '--delete'])
    expect(github.digests('shop')).toEqual(expect.arrayContaining(digestsOf(v1)))
  })

  test('all pages count, and the young stay', async () => {
    const many = Array.from({ length: 60 }, (_, index) => shop(`build ${index}`))
    for (const [index, image] of many.entries()) github.push('shop', image, { tag: `b${index}`, daysAgo: 2 })
    const { stdout } = await images(['prune', '--keep', '1'])
    expect(stdout).toContain('delete 9 versions')
    expect(github.requests.some((it) => it.endsWith('&page=2'))).toBe(true)
  })
})

describe('nothing is deleted when', () => {
  test('a host cannot be asked, unless it is left out', async () => {
    const environments = '  test: { host: local, path: /nowhere/at/all }\n'
    const args = ['prune', '--keep', '1', '--delete']
    const { exitCode, stderr } = await images(args, { environments })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('[PATH_NOT_WRITABLE]')
    expect(deletions()).toEqual([])
    expect((await images([...args, '--without', 'test'], { environments })).exitCode).toBe(0)
    expect(deletions()).toHaveLength(6)
  })

  test.each([
    ['manifest', 500, 'the registry fails at manifests'],
    ['token', 403, 'the registry refuses the login'],
  ] as const)('%s answers %i: %s', async (at, status, _what) => {
    registry.fail({ at, how: 'status', status })
    const { exitCode } = await images(['prune', '--keep', '1', '--delete'])
    expect(exitCode).toBe(3)
    expect(deletions()).toEqual([])
  })

  test.each<[number, object, string]>([
    [401, { message: 'Bad credentials' }, 'PACKAGES_DENIED'],
    [403, { message: 'Resource not accessible by integration' }, 'PACKAGES_DENIED'],
    [200, { unknown: 'form' }, 'PACKAGES_FAILED'],
  ])('GitHub answers its list with %i', async (status, body, code) => {
    github.fail({ method: 'GET', path: /versions$/, answer: { status, body } })
    const { exitCode, stderr } = await images(['prune', '--keep', '1', '--delete'])
    expect(exitCode).toBe(3)
    expect(stderr).toContain(`[${code}]`)
    expect(deletions()).toEqual([])
  })

  test('the registry has no version that GitHub lists', async () => {
    for (const digest of github.digests('shop')) registry.deleteManifest('acme/shop', digest)
    const { exitCode, stderr } = await images(['prune', '--keep', '1', '--delete'])
    expect(exitCode).toBe(3)
    expect(stderr).toContain('[PACKAGES_FAILED]')
    expect(deletions()).toEqual([])
  })

  test.each([
    [['--min-age', '2h'], 'is not a duration of one day or more'],
    [['--keep', '0'], 'is not a number from 1'],
    [['--without', 'nowhere'], 'is not an environment'],
    [['--without', 'production'], 'excludes every environment'],
  ])('%j is given', async (args, message) => {
    const { exitCode, stderr } = await images(['prune', '--delete', ...args])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(message)
    expect(deletions()).toEqual([])
  })
})

describe('while it deletes', () => {
  const prune = () => images(['prune', '--keep', '1', '--delete'])

  test('a version that many have downloaded is kept by GitHub, and the others go', async () => {
    github.makePopular(v1.digest)
    const { exitCode, stdout, stderr } = await prune()
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/GitHub refused to delete .*5000 downloads/)
    expect(stdout).toContain('Deleted 5 versions, GitHub refused 1.')
  })

  test('a version that is gone already is done with', async () => {
    github.fail({ method: 'DELETE', answer: { status: 404, body: { message: 'Not Found' } } })
    const { exitCode, stderr } = await prune()
    expect(exitCode).toBe(0)
    expect(stderr).toContain('was already deleted')
  })

  test.each<[string, number, Record<string, string>, object]>([
    ['429', 429, { 'retry-after': '0' }, { message: 'Too many' }],
    [
      'a secondary limit',
      403,
      { 'retry-after': '0' },
      { message: 'You have exceeded a secondary rate limit' },
    ],
    ['a moment of trouble', 502, {}, { message: 'Bad gateway' }],
  ])('%s is waited for', async (_what, status, headers, body) => {
    github.fail({ method: 'DELETE', answer: { status, headers, body } })
    const { exitCode, stdout } = await prune()
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Deleted 6 versions.')
  })

  test('stops at a refusal, and names the missing permission', async () => {
    const answer = { status: 403, body: { message: 'Must have admin rights' } }
    github.fail({ method: 'DELETE', answer })
    const { exitCode, stderr } = await prune()
    expect(exitCode).toBe(3)
    expect(stderr).toContain('[PACKAGES_DENIED]')
    expect(deletions()).toHaveLength(1)
  })
})
