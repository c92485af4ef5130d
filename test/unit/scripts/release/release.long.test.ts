import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobRun } from '../../../support/actions/runner.ts'
import { ReleaseWorld } from './support.ts'

let world: ReleaseWorld
const done: Record<string, JobRun> = {}

beforeAll(async () => {
  world = await ReleaseWorld.make()
})

afterAll(() => world[Symbol.asyncDispose]())

async function mustRun(id: string, target?: string): Promise<JobRun> {
  const result = await world.run(id, { needs: done, ...(target === undefined ? {} : { target }) })
  expect([result.exitCode, result.exitCode === 0 ? '' : result.log]).toEqual([0, ''])
  done[id] = result
  return result
}

describe('the job `verify` refuses', () => {
  const refusal = async (): Promise<string> => {
    const { exitCode, log } = await world.run('verify')
    expect(exitCode).toBe(1)
    return log
  }

  test.each([
    ['that failed', [{ status: 'completed', conclusion: 'failure', html_url: 'https://x/1' }], 'is failure'],
    ['that is running', [{ status: 'in_progress', conclusion: null }], 'is in_progress'],
    ['that never ran', [], 'CI has not run for'],
  ])('a commit with a CI %s', async (_, checks, text) => {
    const good = world.checks
    world.checks = checks
    expect(await refusal()).toContain(text)
    world.checks = good
  })

  test('a commit that is not on main, and a tag that is not the version', async () => {
    world.git('checkout', '-q', '--orphan', 'unrelated')
    world.git('commit', '-q', '-m', 'another history')
    world.git('push', '-q', '--force', 'origin', 'unrelated:main')
    world.git('checkout', '-q', 'main')
    expect(await refusal()).toContain(`The commit ${world.sha} is not on main`)
    world.git('push', '-q', '--force', 'origin', 'main')

    Object.assign(world, { tag: 'v1.4.3' })
    expect(await refusal()).toContain('The tag is v1.4.3, and the version in package.json is 1.4.2.')
    Object.assign(world, { tag: 'v1.4.2' })
  })
})

test('from the tag to the release: every job, every script', async () => {
  const { outputs } = await mustRun('verify')
  expect(outputs).toEqual({ version: '1.4.2', prerelease: 'false' })
  expect(world.asked.at(-1)).toBe(
    `/repos/Acme/dray/commits/${world.sha}/check-runs?check_name=CI%20passed&filter=latest Bearer ghs_token`,
  )

  for (const target of ['linux-x64', 'darwin-arm64']) await mustRun('executable', target)

  const made = await mustRun('package')
  expect(await readFile(world.at('key'), 'utf8')).toBe('the private key\nof the release\n')
  expect(await readFile(world.at('key-mode'), 'utf8')).toBe('600\n')
  expect(await readFile(world.at('key-variable'), 'utf8')).toBe('unset\n')
  expect(made.log).not.toContain('the private key')
  expect(made.left).toEqual([])
  const [packaged = ''] = (await world.calls('npm')).filter((it) => it.startsWith('run package'))
  expect(packaged).toMatch(
    /^run package -- --executable darwin-arm64=executables\/\S+ --executable linux-x64=executables\/\S+ --signing-key \S+$/,
  )
  expect(made.outputs).toEqual({
    image: 'ghcr.io/acme/dray',
    'image-tags': 'ghcr.io/acme/dray:1.4.2,ghcr.io/acme/dray:1.4,ghcr.io/acme/dray:1',
  })
  expect(await readFile(world.at('artifacts/release/notes.md'), 'utf8')).toContain(
    '- **deploy**: Refuse a tag that was moved\n',
  )
  await expectSbom(await readFile(world.at('artifacts/release/dray.cdx.json'), 'utf8'))

  await mustRun('attest')
  await mustRun('npm')
  expect((await world.calls('npm')).at(-1)).toBe(
    'publish out/dray-1.4.2.tgz --provenance --access public --tag latest',
  )
  await mustRun('image')
  expect(world.attested).toEqual([
    { 'subject-checksums': 'out/SHA256SUMS' },
    { 'subject-checksums': 'out/SHA256SUMS', 'sbom-path': 'out/dray.cdx.json' },
    { pushed: made.outputs['image-tags'] },
    {
      'subject-name': 'ghcr.io/acme/dray',
      'subject-digest': `sha256:${'a'.repeat(64)}`,
      'push-to-registry': 'true',
    },
  ])

  await mustRun('publish')
  const created = (await world.calls('gh')).at(-1) ?? ''
  expect(created).toContain(
    'release create v1.4.2 --verify-tag --title v1.4.2 --notes-file out/notes.md --latest=true',
  )
  for (const name of ['SHA256SUMS', 'SHA256SUMS.sig', 'dray-1.4.2.tgz', 'dray.cdx.json'])
    expect(created).toContain(` out/${name}`)
  expectActionTags()
})

test('a second run changes nothing: npm has the version, GitHub the release', async () => {
  const content = await readFile(world.at('artifacts/release/dray-1.4.2.tgz'))
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`
  const view = (facts: object): string =>
    JSON.stringify({ versions: ['1.4.2'], 'dist-tags': { latest: '1.4.2' }, ...facts })
  await writeFile(world.at('view-dray'), view({ dist: { integrity } }))
  await writeFile(world.at('view-dray@1.4.2'), view({ dist: { integrity } }))
  const published = (await world.calls('npm')).filter((it) => it.startsWith('publish')).length
  expect((await mustRun('npm')).log).toContain('npm has dray 1.4.2 already.')
  expect((await world.calls('npm')).filter((it) => it.startsWith('publish'))).toHaveLength(published)

  await writeFile(world.at('released'), '')
  const before = world.git('ls-remote', 'origin')
  await mustRun('publish')
  expect(world.git('ls-remote', 'origin')).toBe(before)
  expect((await world.calls('gh')).at(-1)).toMatch(/^release upload v1\.4\.2 --clobber out\//)

  await writeFile(world.at('view-dray@1.4.2'), view({ dist: { integrity: 'sha512-other' } }))
  const other = await world.run('npm', { needs: done })
  expect(other.exitCode).toBe(1)
  expect(other.log).toContain('npm has dray 1.4.2 with another content.')
})

test('CI runs all checks and tests, and passes if each of its jobs did', async () => {
  for (const [job, call] of [
    ['check', 'run check'],
    ['ubuntu', 'test'],
    ['debian', 'test'],
    ['long', 'run cluster'],
  ] as const) {
    const { exitCode, log } = await world.run(job, { file: 'ci.yml' })
    expect([exitCode, exitCode === 0 ? '' : log]).toEqual([0, ''])
    expect((await world.calls('npm')).at(-1)).toBe(call)
  }
  const results = (ubuntu: string) => ({
    check: { result: 'success' },
    ubuntu: { result: ubuntu },
    debian: { result: 'success' },
    long: { result: 'success' },
  })
  const passed = (ubuntu: string) => world.run('passed', { file: 'ci.yml', results: results(ubuntu) })
  expect((await passed('success')).exitCode).toBe(0)
  for (const it of ['failure', 'cancelled', 'skipped']) expect((await passed(it)).exitCode).toBe(1)
})

function expectActionTags(): void {
  world.git('fetch', '-q', '--tags', '--force', 'origin')
  const commit = world.git('rev-parse', 'v1.4.2^{commit}')
  expect(world.git('rev-parse', 'v1^{commit}')).toBe(commit)
  expect(world.git('rev-parse', `${commit}^`)).toBe(world.sha)
  expect(world.git('ls-tree', '-r', '--name-only', commit).split('\n')).toEqual([
    'action.yml',
    'dist/dray.mjs',
  ])
  expect(world.git('show', '-s', '--format=%an %s', commit)).toBe(
    `Ana release: the action of v1.4.2, built from ${world.sha}`,
  )
  expect(world.git('ls-tree', '--name-only', 'origin/main')).not.toContain('dist')
  expect(existsSync(world.at('work/dist'))).toBe(false)
}

/** The SBOM lists what the licences in the bundle list, and nothing that only builds or tests dray. */
async function expectSbom(text: string): Promise<void> {
  const { renderSbom } = await import('../../../../scripts/release/sbom.mjs')
  const { bundle } = await import('../../../../scripts/bundle.mjs')
  const sbom = JSON.parse(text) as {
    components: { name: string; version: string; purl: string; hashes: unknown[]; scope: string }[]
    metadata: { component: object }
  }
  const { notices } = await bundle()
  const noticed = [...notices.matchAll(/^-{80}\n(\S+) (\S+), /gm)].map(
    ([, name, version]) => `${name} ${version}`,
  )
  expect(sbom.components.map(({ name, version }) => `${name} ${version}`)).toEqual(noticed)
  expect(sbom.components.every(({ hashes, scope }) => hashes.length > 0 && scope === 'required')).toBe(true)
  expect(sbom.metadata.component).toMatchObject({ name: 'dray', version: '1.4.2', type: 'application' })
  expect(await renderSbom()).toBe(await renderSbom())
}
