import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Release } from '../../src/deploy/model/release.ts'
import { fakeRelease } from '../support/fake-status-observation.ts'
import { composeText, makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const records = [
  fakeRelease({ id: 'r3', tag: 'v1' }),
  fakeRelease({ id: 'r4', tag: 'v1', commit: { id: '3f2a1c9' }, files: { 'compose.yml': 'a'.repeat(64) } }),
]

/** A clone of an app on this machine, with these records. */
async function appWith(releases: readonly Release[]): Promise<string> {
  const cwd = await makeProject({ 'compose.yml': composeText })
  const app = path.join(cwd, 'app')
  const drayYml = `environments: { production: { host: local, path: ${JSON.stringify(app)} } }\n`
  await writeFile(path.join(cwd, 'dray.yml'), drayYml)
  for (const release of releases) {
    const directory = path.join(app, '.dray/releases', release.id)
    await mkdir(directory, { recursive: true })
    await writeFile(path.join(directory, 'release.json'), JSON.stringify(release))
  }
  return cwd
}

test.each(['r4', '4', 'v1'])(
  '`dray history production %s --json` prints what it consists of',
  async (name) => {
    const cwd = await appWith(records)
    const { exitCode, stdout } = await runCli(['history', 'production', name, '--json'], { cwd })
    const lines = stdout.trim().split('\n')
    expect({ exitCode, count: lines.length }).toEqual({ exitCode: 0, count: 1 })
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      ...{ type: 'history.release', host: 'local', release: 'r4', tag: 'v1', commit: { id: '3f2a1c9' } },
      images: Object.entries(records[1]?.services ?? {}).map(([service, { digest }]) => ({
        service,
        digest,
      })),
      files: [{ path: 'compose.yml', sha256: 'a'.repeat(64) }],
      variables: records[1]?.variables,
    })
  },
)

test('a release that is not archived is unknown, and those that are archived are listed', async () => {
  const cwd = await appWith(records)
  const { exitCode, stderr } = await runCli(['history', 'production', 'r9'], { cwd })
  expect(exitCode).toBe(3)
  expect(stderr).toContain('Release r9 is not archived on local')
  expect(stderr).toContain('[RELEASE_UNKNOWN]')
  expect(stderr).toMatch(/r4 +v1/)
})

test.each([
  ['--steps', ['--steps']],
  ['--limit', ['--limit', '5']],
])('a release excludes %s', async (option, argv) => {
  const { exitCode, stderr } = await runCli(['history', 'production', 'r4', ...argv], {
    cwd: await appWith(records),
  })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(`A release excludes \`${option}\``)
})
