import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readLockHolder } from '../../../../src/adapters/directory/lock/lock-holder.ts'
import { readRelease } from '../../../../src/adapters/directory/read-release.ts'
import { readJournal } from '../../../../src/adapters/directory/release-archive.ts'
import { readHistory } from '../../../../src/deploy/releases/history.ts'
import { readTaskHistory } from '../../../../src/deploy/tasks/task-history.ts'
import { version } from '../../../../src/shared/version/version.ts'

const fixtures = fileURLToPath(new URL('../../../fixtures/releases', import.meta.url))
/** Records that dray wrote before they named a version. */
const unnamed = 'before-0.1.0'
const versions = readdirSync(fixtures)

test('there are records of this version', () => {
  expect(versions).toContain(version)
  expect(versions).toContain(unnamed)
})

describe.each(versions)('records of %s', (name) => {
  const read = (file: string): string => readFileSync(join(fixtures, name, file), 'utf8')
  const releases = ['r1', 'r3', 'r4'].map((id) => readRelease(read(`${id}.json`), '/srv/records'))
  const journal = readJournal(read('journal.ndjson'), '/srv/records')

  test('the releases are read with all that was written', () => {
    for (const release of releases) {
      expect(release).toEqual({
        ...(JSON.parse(read(`${release.id}.json`)) as object),
        entrances: release.entrances?.map((it) => ({ ...it, fromHost: true })),
      })
      expect(release.writtenBy).toBe(name === unnamed ? undefined : name)
      expect(Object.keys(release.services)).toEqual(['backend', 'frontend', 'nginx'])
    }
    expect(releases[2]).toMatchObject({ id: 'r4', restores: 'r1', follows: 'r3', tag: 'v1' })
  })

  test('the history is that of the deploys', () => {
    const attempts = readHistory({ releases, journal, journalBytes: 0 }, 20)
    expect(attempts.map(({ release, tag, outcome }) => `${release} ${tag ?? ''} ${outcome.kind}`)).toEqual([
      'r4 v1 deployed',
      'r3 v2 deployed',
      'r2 v2-exits-at-once failed',
      'r1 v1 deployed',
    ])
    expect(attempts[2]?.outcome).toMatchObject({ code: 'SERVICE_EXITED', step: 'wait-healthy' })
    expect(readTaskHistory({ journal }, 20)).toMatchObject([
      { task: 'slow', release: 'r4', outcome: 'cancelled', by: { user: 'octocat', machine: 'client' } },
      { task: 'check', release: 'r1', outcome: 'failed', exitCode: 7 },
    ])
  })

  test('the holder of the lock is named', () => {
    expect(readLockHolder(read('lock.json'))).toMatchObject({
      user: 'octocat',
      machine: 'client',
      task: 'slow',
    })
  })
})
