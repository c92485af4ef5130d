import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { majorTag } from '../../../../scripts/release/action-tags.mjs'
import { releaseCommands } from '../../../../scripts/release/create-release.mjs'
import { imageTags } from '../../../../scripts/release/image-tags.mjs'
import { previousTag, renderNotes } from '../../../../scripts/release/notes.mjs'
import { executableArguments } from '../../../../scripts/release/package.mjs'
import { distTag } from '../../../../scripts/release/publish.mjs'
import { selectBundled } from '../../../../scripts/release/sbom.mjs'

const tags = ['v1.2.0', 'v1.10.0', 'v1.10.1-rc.1', 'v1', 'v2.0.0', 'v2.0.0-rc.1', 'very']

describe('what moves', () => {
  test.each([
    ['v1.10.1', ['v1']],
    ['v1.9.9', []],
    ['v2.0.0', ['v2']],
    ['v2.1.0-rc.1', []],
    ['v3.0.0', ['v3']],
  ])('with %s, of the tags of the action: %j', (tag, moved) => {
    expect(majorTag(tag, tags)).toEqual(moved)
  })

  test.each([
    ['1.10.1', '2.0.0', 'previous'],
    ['2.0.1', '2.0.0', 'latest'],
    ['2.1.0-rc.1', '2.0.0', 'next'],
    ['0.1.0', undefined, 'latest'],
  ])("with %s, of npm's tags beside %s: %s", (version, latest, tag) => {
    expect(distTag(version, latest)).toBe(tag)
  })

  test.each([
    ['v1.10.1', 'ghcr.io/acme/dray:1.10.1,ghcr.io/acme/dray:1.10,ghcr.io/acme/dray:1'],
    ['v1.2.1', 'ghcr.io/acme/dray:1.2.1,ghcr.io/acme/dray:1.2'],
    ['v2.1.0-rc.1', 'ghcr.io/acme/dray:2.1.0-rc.1'],
  ])('with %s, of the image: %s', (tag, expected) => {
    expect(imageTags({ tag, repository: 'Acme/dray', tags })).toEqual({
      name: 'ghcr.io/acme/dray',
      tags: expected,
    })
  })

  test.each([
    ['v1.10.1', ['--latest=false']],
    ['v2.0.1', ['--latest=true']],
    ['v2.1.0-rc.1', ['--latest=false', '--prerelease']],
  ])('with %s, of the releases: %j', async (tag, options) => {
    const directory = await mkdtemp(join(tmpdir(), 'dray-release-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    for (const name of ['notes.md', 'dray.mjs', 'SHA256SUMS']) await writeFile(join(directory, name), '')
    const files = [join(directory, 'SHA256SUMS'), join(directory, 'dray.mjs')]
    expect(releaseCommands({ tag, directory, tags })).toEqual([
      [
        ...['release', 'create', tag, '--verify-tag', '--title', tag],
        ...['--notes-file', join(directory, 'notes.md'), ...options, ...files],
      ],
      ['release', 'upload', tag, '--clobber', ...files],
    ])
  })
})

describe('the notes', () => {
  test.each([
    ['v2.0.0', 'v1.10.0'],
    ['v2.0.1', 'v2.0.0'],
    ['v1.10.1-rc.2', 'v1.10.1-rc.1'],
    ['v1.2.0', undefined],
  ])('of %s begin after %s', (tag, previous) => {
    expect(previousTag(tag, tags)).toBe(previous)
  })

  test('have what users see, by area, and mention no user and no issue', () => {
    const notes = renderNotes(
      [
        'status: show the age of a lock',
        'test: run docker commands by one function',
        'deploy, rollback: refuse `<b>` of @octocat, see #12',
        'status: count [restarts]',
        'Merge branch x',
      ],
      { tag: 'v1.10.0', previous: 'v1.2.0', repository: 'acme/dray' },
    )
    expect(notes).toContain('- **deploy, rollback**: Refuse `\\<b\\>` of \\@octocat, see \\#12\n')
    expect(notes).toContain('- **status**: Show the age of a lock; Count \\[restarts\\]\n')
    expect(notes).not.toMatch(/docker commands|Merge/)
    expect(notes).toContain('https://github.com/acme/dray/compare/v1.2.0...v1.10.0')
    expect(notes).toContain('`npx dray@1.10.0`')
  })

  test('say so if nothing changed for users, and compare nothing at first', () => {
    const notes = renderNotes(['test: x'], { tag: 'v0.1.0', previous: undefined, repository: 'acme/dray' })
    expect(notes).toContain('No change that users see.')
    expect(notes).not.toContain('compare')
  })
})

test('executables are found as the artifacts of the jobs lie', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dray-release-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  expect(() => executableArguments(directory)).toThrow('There is no executable in')
  for (const name of ['dray-linux-x64', 'dray-darwin-arm64', 'dray.mjs', 'dray-linux-x64.gz'])
    await writeFile(join(directory, name), '')
  expect(executableArguments(directory)).toEqual([
    ...['--executable', `darwin-arm64=${join(directory, 'dray-darwin-arm64')}`],
    ...['--executable', `linux-x64=${join(directory, 'dray-linux-x64')}`],
  ])
})

test('a package of the bundle that no lock file has is refused', () => {
  const component = { 'bom-ref': 'dray@1.0.0', name: 'release', version: '1.0.0' }
  const all = { metadata: { timestamp: '', component }, components: [], dependencies: [] }
  expect(() => selectBundled(all, [{ name: 'zod', version: '4.0.0' }], '')).toThrow(
    'zod 4.0.0 is in the bundle, and not in package-lock.json.',
  )
})
