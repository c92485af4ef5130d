import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAppDirectory } from '../../src/adapters/directory/app-directory.ts'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'
import type { AppDirectory, BundleFile, PlaceRequest } from '../../src/deploy/model/ports.ts'
import type { Release } from '../../src/deploy/model/release.ts'
import { Secret } from '../../src/shared/secrets/secret.ts'
import { countingShell } from '../support/hosts/counting-shell.ts'
import { temporaryApp, treeOf } from '../support/temporary-directory.ts'

const awkward = [
  'a b',
  "it's",
  '$HOME',
  '"x"',
  '*',
  '-n',
  '--help',
  '#',
  'é☃',
  'back\\slash',
  'deep/er/file',
  '!',
]

const file = (path: string, text: string, mode = 0o644): BundleFile => ({
  path,
  content: Buffer.from(text),
  mode,
})

const request = (facts: Partial<PlaceRequest>): PlaceRequest => ({
  files: [],
  remove: [],
  inPlace: [],
  adopt: [],
  ...facts,
})

const none = { files: [], drop: [] }

/** A release with these files, whose text is by path; without one it is empty. */
const release = (
  id: string,
  paths: readonly string[],
  textOf: (path: string) => string = () => '',
): Release => ({
  ...{ version: 1, id, app: 'shop', environment: 'test', project: 'shop', createdAtMs: 1 },
  by: { user: 'ann', machine: 'laptop' },
  services: {},
  files: Object.fromEntries(paths.map((path) => [path, sha256(textOf(path))])),
  variables: [],
  networks: {},
})

/** The shell of a user whose files are made with this umask; good for `run` alone. */
function withUmask(runner: CommandRunner, mask: string): CommandRunner {
  const run: CommandRunner['run'] = (argv, options) =>
    runner.run(['sh', '-c', `umask ${mask}; exec "$@"`, 'sh', ...argv], options)
  return Object.assign(Object.create(runner) as CommandRunner, { run })
}

/** What the app's directory keeps, whatever shell and tools the host has. */
export function appDirectoryContract(name: string, makeShell: () => Promise<CommandRunner>): void {
  describe(`an app's directory with ${name}`, () => {
    let runner: CommandRunner
    beforeAll(async () => {
      runner = await makeShell()
    })
    afterAll(() => runner[Symbol.asyncDispose]())
    const directoryAt = (path: string): AppDirectory => createAppDirectory({ runner, path, values: {} })

    test('files are placed under whatever name they have, and known by their hash', async () => {
      const path = await temporaryApp()
      await directoryAt(path).place(request({ files: awkward.map((name) => file(name, `text of ${name}`)) }))
      expect(Object.keys(await treeOf(path)).sort()).toEqual(['.env', ...awkward].sort())
      const { hashes, fileSystems } = await directoryAt(path).survey({
        files: [...awkward, 'missing'],
        imageRoots: ['/no/such/root', '/'],
      })
      expect(Object.fromEntries(hashes)).toEqual(
        Object.fromEntries(awkward.map((name) => [name, sha256(`text of ${name}`)])),
      )
      expect(fileSystems.flatMap(({ holds }) => holds).sort()).toEqual(['Docker', 'the app'])
      for (const { availableBytes, totalBytes } of fileSystems)
        expect(totalBytes).toBeGreaterThan(availableBytes)
    })

    test('a file that may be executed may be executed there', async () => {
      const path = await temporaryApp()
      await directoryAt(path).place(request({ files: [file('run.sh', '', 0o755), file('a', '')] }))
      expect(await treeOf(path)).toMatchObject({ 'run.sh': '755 ', a: '644 ' })
    })

    test('placed files are readable in containers, whatever the umask of the deployer', async () => {
      const path = await temporaryApp()
      const careful = createAppDirectory({ runner: withUmask(runner, '077'), path, values: {} })
      await careful.place(request({ files: [file('nginx/app.conf', ''), file('run.sh', '', 0o755)] }))
      expect(await treeOf(path)).toMatchObject({ 'nginx/app.conf': '644 ', 'run.sh': '755 ' })
      expect((await stat(join(path, 'nginx'))).mode & 0o777).toBe(0o755)
    })

    test('in a setgid directory, placed and recorded files belong to the group', async () => {
      const path = await temporaryApp()
      await chmod(path, 0o2775)
      const shared = createAppDirectory({ runner: withUmask(runner, '077'), path, values: {} })
      await shared.place(request({ files: [file('nginx/app.conf', '')] }))
      await shared.record(release('r1', ['nginx/app.conf']), none)
      for (const made of ['nginx', 'nginx/app.conf', '.dray/releases', '.dray/releases/r1'])
        expect((await stat(join(path, made))).mode & 0o060).toBe(0o060)
    })

    test('a file with a mount of its own keeps its inode; others are replaced', async () => {
      const path = await temporaryApp({ 'nginx.conf': 'old, and longer than the new one', 'app.conf': 'old' })
      const inodeOf = async (name: string): Promise<number> => (await stat(join(path, name))).ino
      const before = [await inodeOf('nginx.conf'), await inodeOf('app.conf')]
      await directoryAt(path).place(
        request({ files: [file('nginx.conf', 'new'), file('app.conf', 'new')], inPlace: ['nginx.conf'] }),
      )
      expect(await readFile(join(path, 'nginx.conf'), 'utf8')).toBe('new')
      expect(await inodeOf('nginx.conf')).toBe(before[0])
      expect(await inodeOf('app.conf')).not.toBe(before[1])
    })

    test('restoring gives the exact tree back: content, modes, links, added and removed files', async () => {
      const path = await temporaryApp({
        'a b': 'one',
        'mounted.conf': 'two',
        'gone/file': 'three',
        kept: 'k',
      })
      await chmod(join(path, 'a b'), 0o640)
      await symlink('kept', join(path, 'link'))
      const before = await treeOf(path)
      const directory = directoryAt(path)
      await directory.place(
        request({
          files: ['a b', 'mounted.conf', 'link', 'new/$file', '-n'].map((name) => file(name, 'changed')),
          remove: ['gone/file'],
          inPlace: ['mounted.conf'],
        }),
      )
      expect(await treeOf(path)).toMatchObject({ 'a b': '644 changed', link: '644 changed', kept: '644 k' })
      await directory.restore()
      expect(await treeOf(path)).toEqual(before)
    })

    test('restoring removes the directories that were made, unless they have other files', async () => {
      const path = await temporaryApp({ kept: 'k' })
      await mkdir(join(path, 'nginx'))
      const directory = directoryAt(path)
      const files = ['nginx/conf.d/a.conf', 'new one/deep/er/b', 'used/c/d'].map((name) => file(name, 'x'))
      await directory.place(request({ files }))
      await writeFile(join(path, 'used/log'), 'of a container')
      await directory.restore()
      expect(
        (await readdir(path, { recursive: true })).filter((name) => !name.startsWith('.')).sort(),
      ).toEqual(['kept', 'nginx', 'used', 'used/log'])
    })

    test('restoring a file with a mount of its own keeps its inode', async () => {
      const path = await temporaryApp({ 'nginx.conf': 'old' })
      const { ino } = await stat(join(path, 'nginx.conf'))
      await directoryAt(path).place(request({ files: [file('nginx.conf', 'new')], inPlace: ['nginx.conf'] }))
      await directoryAt(path).restore()
      expect(await readFile(join(path, 'nginx.conf'), 'utf8')).toBe('old')
      expect((await stat(join(path, 'nginx.conf'))).ino).toBe(ino)
    })

    test('restoring where nothing was placed, or twice, changes nothing', async () => {
      const path = await temporaryApp({ a: 'one' })
      await directoryAt(path).restore()
      await directoryAt(path).place(request({ files: [file('a', 'two')] }))
      await directoryAt(path).restore()
      await writeFile(join(path, 'a'), 'by hand')
      await directoryAt(path).restore()
      expect(await readFile(join(path, 'a'), 'utf8')).toBe('by hand')
    })

    test.each<[string, (path: string, outside: string) => Promise<void>, Partial<PlaceRequest>]>([
      [
        'a directory on the way to a file',
        async (path, outside) => symlink(outside, join(path, 'nginx')),
        { files: [file('kept', 'changed'), file('nginx/default.conf', 'ours')] },
      ],
      [
        'a directory on the way to a new one',
        async (path, outside) => symlink(outside, join(path, 'nginx')),
        { files: [file('nginx/new/deep/default.conf', 'ours')] },
      ],
      [
        'a directory in the place of a file',
        async (path, outside) => symlink(outside, join(path, 'app.conf')),
        { files: [file('app.conf', 'ours')] },
      ],
      [
        'a file that is mounted by itself',
        async (path, outside) => symlink(join(outside, 'theirs'), join(path, 'app.conf')),
        { files: [file('app.conf', 'ours')], inPlace: ['app.conf'] },
      ],
      [
        'the directory of a file that is to go',
        async (path, outside) => symlink(outside, join(path, 'nginx')),
        { remove: ['nginx/theirs'] },
      ],
      [
        "dray's own directory",
        async (path, outside) => symlink(outside, join(path, '.dray')),
        { files: [file('app.conf', 'ours')] },
      ],
    ])(
      '%s that is a link to elsewhere is refused, and nothing is written anywhere',
      async (_, link, wanted) => {
        const outside = await temporaryApp({ theirs: 'not ours' })
        const path = await temporaryApp({ kept: 'k' })
        await link(path, outside)
        const before = [await treeOf(outside), await treeOf(path)]
        await expect(directoryAt(path).place(request(wanted))).rejects.toMatchObject({
          code: 'FILE_NOT_OURS',
        })
        expect([await treeOf(outside), await treeOf(path)]).toEqual(before)
      },
    )

    test('a link that stays in the directory is followed, as before', async () => {
      const path = await temporaryApp({ 'real/a.conf': 'old' })
      await symlink('real', join(path, 'nginx'))
      await directoryAt(path).place(
        request({ files: [file('nginx/a.conf', 'new'), file('nginx/b.conf', 'new')] }),
      )
      expect(await readFile(join(path, 'real/a.conf'), 'utf8')).toBe('new')
      expect(await readFile(join(path, 'real/b.conf'), 'utf8')).toBe('new')
    })

    test('a foreign file that is adopted is kept aside', async () => {
      const path = await temporaryApp({ 'nginx/a b.conf': 'by hand' })
      await directoryAt(path).place(
        request({ files: [file('nginx/a b.conf', 'ours')], adopt: ['nginx/a b.conf'] }),
      )
      expect(await readFile(join(path, '.dray/adopted/nginx/a b.conf'), 'utf8')).toBe('by hand')
    })

    test('a release is recorded with a copy of its files, and those to drop are dropped', async () => {
      const path = await temporaryApp()
      const directory = directoryAt(path)
      await directory.place(request({ files: awkward.map((name) => file(name, `text of ${name}`)) }))
      const textOf = (name: string): string => `text of ${name}`
      await directory.record(release('r1', awkward, textOf), none)
      await directory.record(release('r2', awkward, textOf), { files: [], drop: ['r1'] })
      const records = await runner.run(['ls', '-A', join(path, '.dray/releases')])
      expect(records.stdout.trim()).toBe('r2')
      const copy = await temporaryApp()
      await runner.run(['tar', '-xzf', join(path, '.dray/releases/r2/bundle.tar.gz'), '-C', copy])
      expect(await treeOf(copy)).toMatchObject(
        Object.fromEntries(awkward.map((name) => [name, `644 text of ${name}`])),
      )
    })

    test('the first release stores the key of its hashes, for this user alone; it is not replaced', async () => {
      const path = await temporaryApp()
      const directory = directoryAt(path)
      const key = join(path, '.dray/hash-key')
      await directory.record(release('r1', []), { files: [], drop: [], newHashKey: new Secret('first') })
      await directory.record(release('r2', []), { files: [], drop: [], newHashKey: new Secret('second') })
      expect(await readFile(key, 'utf8')).toBe('first')
      expect((await stat(key)).mode & 0o777).toBe(0o600)
      const { stdout } = await runner.run(['ls', '-A', join(path, '.dray/releases/r2')])
      expect(stdout.trim().split('\n').sort()).toEqual(['bundle.tar.gz', 'release.json'])
    })

    test('a hundred files take as many processes as three', async () => {
      const processesFor = async (count: number): Promise<number> => {
        const path = await temporaryApp()
        const counting = await countingShell(runner)
        const directory = createAppDirectory({ runner: counting.runner, path, values: {} })
        const names = Array.from({ length: count }, (_, index) => `conf/${index}`)
        const place = (text: string) =>
          directory.place(request({ files: names.map((name) => file(name, text)) }))
        await place('one')
        await place('two')
        await directory.restore()
        expect(await readFile(join(path, 'conf/0'), 'utf8')).toBe('one')
        await directory.record(
          release('r1', names, () => 'one'),
          none,
        )
        expect((await directory.survey({ files: names, imageRoots: [] })).hashes.size).toBe(count)
        await directory.place(request({ remove: names }))
        expect(Object.keys(await treeOf(path))).toEqual(['.env'])
        return counting.count()
      }
      expect(await processesFor(100)).toBe(await processesFor(3))
    })

    test('what a lost host left of a record goes with the next one, whatever its number', async () => {
      const path = await temporaryApp({ '.dray/releases/.r6/list': 'a', '.dray/releases/.r10/files/a': 'a' })
      await directoryAt(path).record(release('r7', []), none)
      const { stdout } = await runner.run(['ls', '-A', join(path, '.dray/releases')])
      expect(stdout.trim()).toBe('r7')
    })

    test('an unfinished record does not count, and the old ones stay', async () => {
      const path = await temporaryApp({ a: '' })
      await directoryAt(path).record(release('r1', ['a']), none)
      await expect(
        directoryAt(path).record(release('r2', ['a', 'missing']), { files: [], drop: ['r1'] }),
      ).rejects.toMatchObject({
        code: 'HOST_COMMAND_FAILED',
      })
      await expect(lstat(join(path, '.dray/releases/r2'))).rejects.toMatchObject({ code: 'ENOENT' })
      expect((await lstat(join(path, '.dray/releases/r1/release.json'))).isFile()).toBe(true)
    })

    test('once the release is on record, its files are not put back any more', async () => {
      const path = await temporaryApp({ a: 'old' })
      await directoryAt(path).place(request({ files: [file('a', 'new')] }))
      await directoryAt(path).record(
        release('r1', ['a'], () => 'new'),
        none,
      )
      await directoryAt(path).restore()
      expect(await readFile(join(path, 'a'), 'utf8')).toBe('new')
    })

    test('the env file never changes', async () => {
      const path = await temporaryApp({ a: 'old' })
      const before = await stat(join(path, '.env'))
      await directoryAt(path).place(request({ files: [file('a', 'new')] }))
      await directoryAt(path).restore()
      const after = await stat(join(path, '.env'))
      expect([after.ino, after.mtimeMs, after.mode]).toEqual([before.ino, before.mtimeMs, before.mode])
    })
  })
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
