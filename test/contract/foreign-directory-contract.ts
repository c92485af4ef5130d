import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAppDirectory } from '../../src/adapters/directory/app-directory.ts'
import { createEnvStore } from '../../src/adapters/directory/env/env-store.ts'
import { takeLock } from '../../src/adapters/directory/lock/lock.ts'
import { createReleaseArchive } from '../../src/adapters/directory/release-archive.ts'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'
import type { AppDirectory } from '../../src/deploy/model/ports.ts'
import type { Release } from '../../src/deploy/model/release.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { Secret } from '../../src/shared/secrets/secret.ts'
import { temporaryApp, treeOf } from '../support/temporary-directory.ts'

const by = { user: 'ann', machine: 'laptop', sinceMs: 0 }
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const release = (files: Readonly<Record<string, string>>): Release => ({
  ...{ version: 1, id: 'r1', app: 'shop', environment: 'test', project: 'shop', createdAtMs: 1 },
  by,
  services: {},
  files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, sha256(text)])),
  variables: [],
  networks: {},
})

const none = { files: [], drop: [] }

/** Puts files and links (`-> target`) below a directory, as a container that mounts it can. */
async function plant(directory: string, things: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(things)) {
    const path = join(directory, name)
    await mkdir(dirname(path), { recursive: true })
    if (text.startsWith('-> ')) await symlink(text.slice(3), path)
    else await writeFile(path, text)
  }
}

/** What holds where a container can write to the app's directory, whatever shell and tools the host has. */
export function foreignDirectoryContract(name: string, makeShell: () => Promise<CommandRunner>): void {
  describe(`an app's directory that a container can write to, with ${name}`, () => {
    let runner: CommandRunner
    beforeAll(async () => {
      runner = await makeShell()
    })
    afterAll(() => runner[Symbol.asyncDispose]())
    const directoryAt = (path: string): AppDirectory => createAppDirectory({ runner, path, values: {} })
    const lockAt = (path: string) => takeLock({ runner, path, holder: by, waitMs: 0, clock: systemClock })
    const noUndo = { '.dray/undo/in-place': '', '.dray/undo/added': '' }

    test.each<[string, (outside: string) => Record<string, string>]>([
      [
        'a saved file below a link',
        (outside) => ({ ...noUndo, evil: `-> ${outside}`, '.dray/undo/files/evil/theirs': 'planted' }),
      ],
      [
        'a saved file of a new name below a link',
        (outside) => ({ ...noUndo, evil: `-> ${outside}`, '.dray/undo/files/evil/new': 'planted' }),
      ],
      [
        'a mounted file outside',
        () => ({
          ...noUndo,
          '.dray/undo/files/kept': '',
          '.dray/undo/in-place': './../outside/theirs\n',
          '.dray/undo/outside/theirs': 'planted',
        }),
      ],
      [
        'a mounted file that is a link to outside',
        (outside) => ({
          ...noUndo,
          evil: `-> ${outside}/theirs`,
          '.dray/undo/files/evil': 'planted',
          '.dray/undo/in-place': './evil\n',
        }),
      ],
      [
        'a saved file that is a link to outside',
        (outside) => ({
          ...noUndo,
          mounted: 'm',
          '.dray/undo/files/mounted': `-> ${outside}/theirs`,
          '.dray/undo/in-place': './mounted\n',
        }),
      ],
      [
        'an added file outside',
        () => ({ ...noUndo, '.dray/undo/files/kept': '', '.dray/undo/added': './../outside/theirs\n' }),
      ],
      [
        'an added file below a link',
        (outside) => ({
          ...noUndo,
          evil: `-> ${outside}`,
          '.dray/undo/files/kept': '',
          '.dray/undo/added': './evil/theirs\n',
        }),
      ],
      ['all of it elsewhere', (outside) => ({ '.dray/undo': `-> ${outside}` })],
      [
        'the list of added files elsewhere',
        (outside) => ({
          '.dray/undo/files/a': '',
          '.dray/undo/in-place': '',
          '.dray/undo/added': `-> ${outside}/theirs`,
        }),
      ],
    ])('restoring %s is refused, and nothing changes', async (_, things) => {
      const path = await temporaryApp({ kept: 'k' })
      const outside = join(dirname(path), 'outside')
      await plant(outside, { theirs: 'not ours', files: '-> .' })
      await plant(path, things(outside))
      const before = [await treeOf(outside), await treeOf(path)]
      const failure = { code: 'FILE_NOT_OURS', exitCode: 3 }
      await expect(directoryAt(path).restore()).rejects.toMatchObject(failure)
      await expect(lockAt(path)).rejects.toMatchObject(failure)
      expect([await treeOf(outside), await treeOf(path)]).toEqual(before)
    })

    test.each(['.dray', '.dray/lock', '.dray/journal.ndjson'])(
      'a link in place of %s is not followed by a lock or a change of .env',
      async (link) => {
        const path = await temporaryApp()
        const outside = await temporaryApp({
          theirs: 'not ours',
          lock: 'not ours',
          'journal.ndjson': 'not ours',
        })
        await plant(path, { [link]: `-> ${link === '.dray' ? outside : join(outside, 'theirs')}` })
        const before = [await treeOf(outside), await treeOf(path)]
        const refused = {
          code: 'FILE_NOT_OURS',
          message: `${link} in ${path} on local is not a plain file or directory, or a link on its way leads elsewhere. Nothing was written.`,
        }
        await expect(lockAt(path)).rejects.toMatchObject(refused)
        const store = createEnvStore({ runner, path, clock: systemClock })
        await expect(store.set('A', new Secret('A=1\n'), by)).rejects.toMatchObject(refused)
        expect([await treeOf(outside), await treeOf(path)]).toEqual(before)
      },
    )

    test('a pipe in place of the lock or the journal does not block', async () => {
      for (const name of ['lock', 'journal.ndjson']) {
        const path = await temporaryApp()
        await mkdir(join(path, '.dray'))
        execFileSync('mkfifo', [join(path, '.dray', name)])
        await expect(lockAt(path)).rejects.toMatchObject({ code: 'FILE_NOT_OURS' })
        expect(await createReleaseArchive({ runner, path }).read(1)).toMatchObject({ releases: [] })
      }
    })

    test('a backup of .env is not written through a link', async () => {
      const path = await temporaryApp()
      const clock = { ...systemClock, now: () => Date.UTC(2026, 10, 23, 9, 5, 7) }
      await plant(path, { '.env.before-20261123T090507Z': '-> ../planted' })
      const store = createEnvStore({ runner, path, clock })
      expect(await store.set('A', new Secret('A=1\n'), by)).toEqual({
        outcome: 'changed',
        backup: '.env.before-20261123T090507Z-2',
      })
      await expect(stat(join(dirname(path), 'planted'))).rejects.toMatchObject({ code: 'ENOENT' })
    })

    test.each<[string, Record<string, string>]>([
      ['adopted files elsewhere', { '.dray/adopted': '-> OUTSIDE' }],
      ['adopted files below a link', { '.dray/adopted/conf': '-> OUTSIDE' }],
    ])('%s are refused, and nothing is written', async (_, things) => {
      const path = await temporaryApp({ 'conf/theirs': 'by hand' })
      const outside = await temporaryApp({ theirs: 'not ours' })
      await plant(
        path,
        Object.fromEntries(
          Object.entries(things).map(([at, text]) => [at, text.replace('OUTSIDE', outside)]),
        ),
      )
      const files = [{ path: 'conf/theirs', content: Buffer.from('ours'), mode: 0o644 }]
      const placing = directoryAt(path).place({ files, remove: [], inPlace: [], adopt: ['conf/theirs'] })
      await expect(placing).rejects.toMatchObject({ code: 'FILE_NOT_OURS' })
      expect(await treeOf(outside)).toMatchObject({ theirs: '644 not ours' })
      expect(await treeOf(path)).toMatchObject({ 'conf/theirs': '644 by hand' })
    })

    test('an adopted file replaces a link among the adopted ones, and is not followed itself', async () => {
      const path = await temporaryApp()
      const outside = await temporaryApp({ theirs: 'not ours', secret: 'secret' })
      await plant(path, {
        'a.conf': 'by hand',
        'b.conf': `-> ${outside}/secret`,
        '.dray/adopted/a.conf': `-> ${outside}/theirs`,
      })
      const files = ['a.conf', 'b.conf'].map((it) => ({
        path: it,
        content: Buffer.from('ours'),
        mode: 0o644,
      }))
      await directoryAt(path).place({ files, remove: [], inPlace: [], adopt: ['a.conf', 'b.conf'] })
      expect(await treeOf(outside)).toMatchObject({ theirs: '644 not ours', secret: '644 secret' })
      expect(await treeOf(join(path, '.dray/adopted'))).toEqual({
        'a.conf': '644 by hand',
        'b.conf': `-> ${outside}/secret`,
      })
    })

    test.each<[string, Record<string, string>]>([
      ['a link to outside', { 'extra.txt': '-> OUTSIDE/secret' }],
      ['other content', { 'extra.txt': 'of a container' }],
      ['a link to another file of the directory', { 'extra.txt': '-> .env' }],
      ['a link to the same content', { 'extra.txt': '-> a b.txt' }],
      ['nothing', {}],
      ['a directory', { 'extra.txt/below': 'x' }],
    ])('a placed file that became %s is recorded as it was placed', async (_, things) => {
      const path = await temporaryApp({ 'extra.txt': 'ours', 'a b.txt': 'ours', 'back\\slash': 'ours' })
      const outside = await temporaryApp({ secret: 'secret' })
      await rm(join(path, 'extra.txt'))
      await plant(
        path,
        Object.fromEntries(
          Object.entries(things).map(([at, text]) => [at, text.replace('OUTSIDE', outside)]),
        ),
      )
      const files = ['a b.txt', 'back\\slash', 'extra.txt'].map((it) => ({
        ...{ path: it, content: new Uint8Array(Buffer.from('ours')), mode: 0o644 },
      }))
      const recorded = release(Object.fromEntries(files.map((it) => [it.path, 'ours'])))
      await directoryAt(path).record(recorded, { files, drop: [] })
      expect(await createReleaseArchive({ runner, path }).files(recorded)).toEqual(files)
      expect((await runner.run(['ls', '-A', join(path, '.dray/releases')])).stdout).toBe('r1\n')
      expect((await runner.run(['ls', '-A', join(path, '.dray/releases/r1')])).stdout).toBe(
        'bundle.tar.gz\nrelease.json\n',
      )
    })

    test('a file below a directory that became a link to outside is not recorded', async () => {
      const path = await temporaryApp()
      const outside = await temporaryApp({ secret: 'secret' })
      await plant(path, { conf: `-> ${outside}` })
      await expect(
        directoryAt(path).record(release({ 'conf/secret': 'secret' }), none),
      ).rejects.toMatchObject({
        code: 'FILE_NOT_OURS',
      })
    })

    test('a record is for its user alone', async () => {
      const path = await temporaryApp({ a: 'x' })
      await directoryAt(path).record(release({ a: 'x' }), none)
      for (const name of ['release.json', 'bundle.tar.gz'])
        expect((await stat(join(path, '.dray/releases/r1', name))).mode & 0o777).toBe(0o600)
      expect(JSON.parse(await readFile(join(path, '.dray/releases/r1/release.json'), 'utf8'))).toMatchObject({
        id: 'r1',
      })
    })

    test.each(['.dray', '.dray/releases'])('a record is not written through %s', async (link) => {
      const path = await temporaryApp({ a: 'x' })
      const outside = await temporaryApp()
      await plant(path, { [link]: `-> ${outside}` })
      const recording = directoryAt(path).record(release({ a: 'x' }), none)
      await expect(recording).rejects.toMatchObject({ code: 'FILE_NOT_OURS' })
      expect(Object.keys(await treeOf(outside))).toEqual(['.env'])
    })
  })
}
