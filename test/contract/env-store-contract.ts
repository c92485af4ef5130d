import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEnvStore } from '../../src/adapters/directory/env/env-store.ts'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'
import { renderVariable } from '../../src/operations/env/render-variable.ts'
import type { EnvStore } from '../../src/operations/env/ports.ts'
import { Secret } from '../../src/shared/secrets/secret.ts'
import { version } from '../../src/shared/version/version.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryApp, treeOf } from '../support/temporary-directory.ts'

const by = { user: 'ana', machine: 'laptop', sinceMs: 0 }

/** What `dray env` relies on, for any shell that reaches a host. */
export function envStoreContract(name: string, makeShell: () => Promise<CommandRunner>): void {
  describe(`.env through ${name}`, () => {
    let runner: CommandRunner
    beforeAll(async () => {
      runner = await makeShell()
    })
    afterAll(() => runner[Symbol.asyncDispose]())

    const setUp = async (text: string | undefined, mode = 0o600) => {
      const path = await temporaryApp(text === undefined ? {} : { '.env': text })
      const file = join(path, '.env')
      if (text === undefined) await rm(file)
      else await chmod(file, mode)
      const clock = new FakeClock(Date.UTC(2026, 10, 23, 9, 5, 7))
      return {
        path,
        file,
        clock,
        store: createEnvStore({ runner, path, clock }),
        text: () => readFile(file, 'utf8'),
      }
    }
    const set = (store: EnvStore, key: string, value: string) =>
      store.set(key, new Secret(renderVariable(key, new Secret(value))), by)

    test('lists names and which are empty, and no value', async () => {
      const { store } = await setUp(
        '\uFEFFX=1\nA=1\n# B=2\nexport C=\n  D : yaml\nE="first\nF=not one\nlast"\nG=\'\' # empty\r\nH= # not\nI=""#none\nA=\n',
        0o644,
      )
      const listing = await store.list()
      expect(listing).toEqual({
        isThere: true,
        mode: '644',
        variables: [
          { name: 'X', isEmpty: false },
          { name: 'A', isEmpty: true },
          { name: 'C', isEmpty: true },
          { name: 'D', isEmpty: false },
          { name: 'E', isEmpty: false },
          { name: 'G', isEmpty: true },
          { name: 'H', isEmpty: false },
          { name: 'I', isEmpty: true },
        ],
      })
      expect(await (await setUp(undefined)).store.list()).toEqual({ isThere: false })
      const { store: utf16 } = await setUp(Buffer.from('A=1\n', 'utf16le').toString('latin1'))
      await expect(utf16.list()).rejects.toMatchObject({ code: 'ENV_INVALID' })
    })

    test('sets a variable in its place, with the others, the comments and the mode as they were', async () => {
      const { path, file, store, text } = await setUp(
        "# shop\nA=1\nKEY='old\nB=inside'\n\nB=2 # two\nKEY=again",
        0o640,
      )
      expect(await set(store, 'KEY', "it's\nnew")).toEqual({
        outcome: 'changed',
        backup: '.env.before-20261123T090507Z',
      })
      expect(await text()).toBe('# shop\nA=1\nKEY="it\'s\nnew"\n\nB=2 # two\n')
      expect((await stat(file)).mode & 0o777).toBe(0o640)
      expect(await treeOf(path)).toEqual({
        '.env': '640 # shop\nA=1\nKEY="it\'s\nnew"\n\nB=2 # two\n',
        '.env.before-20261123T090507Z': "600 # shop\nA=1\nKEY='old\nB=inside'\n\nB=2 # two\nKEY=again",
      })
      expect(await readFile(join(path, '.dray/journal.ndjson'), 'utf8')).toBe(
        `{"version":1,"writtenBy":"${version}","at":1795424707000,"event":"env.changed","by":{"user":"ana","machine":"laptop"},"set":["KEY"]}\n`,
      )
      expect(await readFile(join(path, '.dray/lock'), 'utf8')).toBe('')
    })

    test('adds a variable at the end, also after a line that has no line break', async () => {
      const { store, text } = await setUp('A=1')
      await set(store, 'B', '2')
      expect(await text()).toBe('A=1\nB=2\n')
    })

    test('sets a name that others begin with or hold, and nothing of them', async () => {
      const { store, text } = await setUp('KEYS=1\nA_KEY=2\nKEY.X=3\n')
      await set(store, 'KEY', 'x')
      expect(await text()).toBe('KEYS=1\nA_KEY=2\nKEY.X=3\nKEY=x\n')
    })

    test('the same again changes nothing and leaves no copy', async () => {
      const { path, store } = await setUp('A=1\n')
      expect((await set(store, 'A', '1')).outcome).toBe('unchanged')
      expect((await store.unset('B', by)).outcome).toBe('unchanged')
      expect(await treeOf(path)).toEqual({ '.env': '600 A=1\n' })
    })

    test('creates a missing file with mode 600', async () => {
      const { path, store } = await setUp(undefined)
      expect(await store.unset('A', by)).toEqual({ outcome: 'unchanged' })
      expect(await set(store, 'A', 'x y')).toEqual({ outcome: 'created' })
      expect(await treeOf(path)).toEqual({ '.env': "600 A='x y'\n" })
    })

    test('takes a variable away with all its lines', async () => {
      const { store, text } = await setUp('A=1\nexport B="x\ny\n"\n# c\nC=3\n')
      expect((await store.unset('B', by)).outcome).toBe('changed')
      expect(await text()).toBe('A=1\n# c\nC=3\n')
    })

    test('keeps the five newest copies of old files, two of one second both', async () => {
      const { path, store, clock } = await setUp('A=0\n')
      for (const value of ['1', '2', '3', '4', '5', '6', '7']) {
        await set(store, 'A', value)
        if (value !== '6') await clock.sleep(1000)
      }
      const copies = Object.entries(await treeOf(path)).filter(([file]) => file.startsWith('.env.before-'))
      expect(Object.fromEntries(copies)).toEqual({
        '.env.before-20261123T090509Z': '600 A=2\n',
        '.env.before-20261123T090510Z': '600 A=3\n',
        '.env.before-20261123T090511Z': '600 A=4\n',
        '.env.before-20261123T090512Z': '600 A=5\n',
        '.env.before-20261123T090512Z-2': '600 A=6\n',
      })
    })

    test('changes the target of a link, not the link', async () => {
      const { path, file, store } = await setUp(undefined)
      await writeFile(join(path, 'shared-env'), 'A=1\n')
      await symlink('shared-env', file)
      await set(store, 'A', '2')
      expect(await treeOf(path)).toMatchObject({ '.env': '-> shared-env', 'shared-env': '644 A=2\n' })
    })

    test('removes the leftovers of a killed change, also where `.env` is a link to another directory', async () => {
      const { path, file, store } = await setUp(undefined)
      await mkdir(join(path, 'shared'))
      await writeFile(join(path, 'shared/env'), 'A=1\n')
      await symlink('shared/env', file)
      for (const directory of ['.', 'shared'])
        await writeFile(join(path, directory, '.env.new.abc123'), 'A=1\n')
      const { backup = '' } = await set(store, 'A', '2')
      expect(await treeOf(path)).toEqual({
        '.env': '-> shared/env',
        'shared/env': '644 A=2\n',
        [backup]: '600 A=1\n',
      })
    })

    test('refuses a file with a quote that nothing ends, and changes nothing', async () => {
      const { path, store } = await setUp('A="1\nB=2\n')
      await expect(set(store, 'B', 'x')).rejects.toMatchObject({ code: 'ENV_INVALID' })
      expect(await treeOf(path)).toEqual({ '.env': '600 A="1\nB=2\n' })
    })

    test('refuses while a deploy has the lock, and says who', async () => {
      const { path, store, text } = await setUp('A=1\n')
      const holder = JSON.stringify({ user: 'bo', machine: 'ci', sinceMs: Date.UTC(2026, 10, 23, 9, 5, 0) })
      const script = `mkdir -p "$0/.dray"; exec 9>>"$0/.dray/lock"; flock -n 9; printf '%s\\n' '${holder}' >"$0/.dray/lock"; echo held; read -r line`
      const { stream, ended } = runner.open(['sh', '-c', script, path])
      await new Promise((resolve) => stream.once('data', resolve))
      await expect(set(store, 'A', '2')).rejects.toMatchObject({
        code: 'LOCK_HELD',
        message: expect.stringContaining('bo on ci') as string,
      })
      stream.end()
      await ended
      expect(await text()).toBe('A=1\n')
    })

    describe('under a lock that is held for several changes', () => {
      const locked = async (text: string | undefined) => {
        const its = await setUp(text)
        const lock = await its.store.lock(by, { waitMs: 0 })
        return { ...its, lock, held: its.store.underLock }
      }
      const lines = new Secret('A=2\n')
      const names = { set: ['A'], removed: [] }
      const filesOf = async (path: string) =>
        Object.fromEntries(Object.entries(await treeOf(path)).filter(([file]) => !file.startsWith('.dray')))

      test('a check changes nothing, and says what the change would', async () => {
        const { path, lock, held, file } = await locked('A=1\n')
        const check = await held.check.set('A', lines, by)
        expect(check.hashBefore).toBe(await held.hash())
        const same = await held.check.set('A', new Secret('A=1\n'), by)
        expect(same).toEqual({ hashBefore: check.hashBefore, hashAfter: check.hashBefore })
        expect(await treeOf(path)).toEqual({ '.env': '600 A=1\n' })
        await held.write.set('A', lines, by)
        expect(await held.hash()).toBe(check.hashAfter)
        await writeFile(file, 'A="\n')
        await expect(held.check.set('B', lines, by)).rejects.toMatchObject({ code: 'ENV_INVALID' })
        await lock[Symbol.asyncDispose]()
      })

      test.each([
        ['A=1\n# end', '640'],
        [undefined, '600'],
      ])('a change of %j is taken back, and the journal has both', async (text, mode) => {
        const { path, file, lock, held } = await locked(text)
        if (text !== undefined) await chmod(file, 0o640)
        const check = await held.check.set('A', lines, by)
        const change = await held.write.set('A', lines, by)
        expect(change.outcome).toBe(text === undefined ? 'created' : 'changed')
        await held.takeBack({ change, check, names }, by)
        expect(await filesOf(path)).toEqual(text === undefined ? {} : { '.env': `${mode} ${text}` })
        const journal = (await readFile(join(path, '.dray/journal.ndjson'), 'utf8')).trim().split('\n')
        expect(journal.map((line) => JSON.parse(line) as object)).toEqual([
          expect.objectContaining({ event: 'env.changed', set: ['A'] }),
          expect.objectContaining({ event: 'env.changed', set: ['A'], takenBack: true }),
        ])
        await lock[Symbol.asyncDispose]()
      })

      test('a change keeps all older copies until it is not taken back any more', async () => {
        const { path, lock, held } = await locked('A=1\n')
        const older = [1, 2, 3, 4, 5].map((day) => `.env.before-2026010${day}T000000Z`)
        for (const copy of older) await writeFile(join(path, copy), '')
        const copies = async () => Object.keys(await filesOf(path)).filter((file) => file !== '.env')
        const { backup = '' } = await held.write.set('A', lines, by)
        expect((await copies()).sort()).toEqual([...older, backup])
        await held.dropOldCopies()
        expect((await copies()).sort()).toEqual([...older.slice(1), backup])
        await lock[Symbol.asyncDispose]()
      })

      test('a file that another process has changed since is not taken back', async () => {
        const { path, file, lock, held } = await locked('A=1\n')
        const check = await held.check.set('A', lines, by)
        const change = await held.write.set('A', lines, by)
        await writeFile(file, 'A=3\n')
        const taken = held.takeBack({ change, check, names }, by)
        await expect(taken).rejects.toMatchObject({ code: 'ENV_CHANGED' })
        expect(await filesOf(path)).toMatchObject({ '.env': '600 A=3\n' })
        await lock[Symbol.asyncDispose]()
      })

      test('without the lock, or with that of another, nothing is written', async () => {
        const { path, store, lock, held } = await locked('A=1\n')
        await expect(held.write.set('A', lines, { ...by, user: 'bo' })).rejects.toMatchObject({
          code: 'LOCK_HELD',
          message: expect.stringContaining('ana on laptop') as string,
        })
        await lock[Symbol.asyncDispose]()
        await expect(held.write.set('A', lines, by)).rejects.toMatchObject({ code: 'LOCK_LOST' })
        expect(await filesOf(path)).toEqual({ '.env': '600 A=1\n' })
        expect((await store.set('A', lines, by)).outcome).toBe('changed')
      })
    })

    test('replaces the whole file that was read, and nothing that came after it', async () => {
      const { store, text } = await setUp('A=1\nB="ü\n"\n')
      const before = await store.read()
      expect(before.text.reveal()).toBe('A=1\nB="ü\n"\n')
      const changes = { added: ['C'], changed: [], removed: ['B'] }
      const request = { text: new Secret('A=1\nC=3\n'), expectedHash: before.hash, changes }
      expect((await store.replace(request, by)).outcome).toBe('changed')
      expect(await text()).toBe('A=1\nC=3\n')
      await expect(store.replace(request, by)).rejects.toMatchObject({ code: 'ENV_CHANGED' })
      expect(await text()).toBe('A=1\nC=3\n')
    })

    test('reads nothing from a missing file, and refuses binary data', async () => {
      const { file, store } = await setUp(undefined)
      const nothing = await store.read()
      expect([nothing.text.reveal(), nothing.hash]).toEqual(['', undefined])
      await writeFile(file, new Uint8Array([65, 61, 255, 10]))
      await expect(store.read()).rejects.toMatchObject({ code: 'ENV_UNREADABLE' })
    })
  })
}
