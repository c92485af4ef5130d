import { once } from 'node:events'
import { mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAppDirectory } from '../../src/adapters/directory/app-directory.ts'
import { takeLock } from '../../src/adapters/directory/lock/lock.ts'
import { lockScript } from '../../src/adapters/directory/lock/lock-script.ts'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'
import type { JournalEntry, Lock, LockHolder } from '../../src/deploy/model/lock.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { version } from '../../src/shared/version/version.ts'
import { plainShell } from '../support/hosts/plain-shell.ts'
import { temporaryApp, treeOf } from '../support/temporary-directory.ts'

const ann: LockHolder = { user: "Ann O'Hara", machine: 'laptop', run: 'https://x/y?a=$b', sinceMs: 0 }

const entry = (event: string): JournalEntry => ({ version: 1, at: 1, release: 'r1', event })
const written = (event: string): string =>
  JSON.stringify({ version: 1, writtenBy: version, at: 1, release: 'r1', event })

/** What the lock keeps, whatever shell and tools the host has. */
export function lockContract(name: string, makeShell: () => Promise<CommandRunner>): void {
  describe(`the lock with ${name}`, () => {
    let runner: CommandRunner
    beforeAll(async () => {
      runner = await makeShell()
    })
    afterAll(() => runner[Symbol.asyncDispose]())
    const lockAt = (path: string, facts: { waitMs?: number; runner?: CommandRunner } = {}): Promise<Lock> =>
      takeLock({ runner, path, holder: ann, waitMs: 0, clock: systemClock, ...facts })
    const journalAt = (path: string): Promise<string> => readFile(join(path, '.dray/journal.ndjson'), 'utf8')

    test('a taken lock is refused with its holder, time and run', async () => {
      const path = await temporaryApp()
      await using _held = await lockAt(path)
      const failure = lockAt(path)
      await expect(failure).rejects.toMatchObject({ code: 'LOCK_HELD', exitCode: 3 })
      await expect(failure).rejects.toThrow(
        "Ann O'Hara on laptop, run https://x/y?a=$b has been deploying this app to local since 1970-01-01T00:00:00.000Z",
      )
    })

    test('it is free again when it was given back', async () => {
      const path = await temporaryApp()
      await (await lockAt(path))[Symbol.asyncDispose]()
      await using again = await lockAt(path)
      expect(again.lost.aborted).toBe(false)
      expect(await readFile(join(path, '.dray/lock'), 'utf8')).toContain('laptop')
    })

    test('its holder and the journal name the version of dray', async () => {
      const path = await temporaryApp()
      await using lock = await lockAt(path)
      lock.journal(entry('next'))
      await lock.settled()
      expect(JSON.parse(await readFile(join(path, '.dray/lock'), 'utf8'))).toEqual({
        ...ann,
        writtenBy: version,
      })
      expect(await journalAt(path)).toBe(`${written('next')}\n`)
    })

    test.each([
      [
        'its last line',
        '{"version":1,"at":1}\n{"version":2,"writtenBy":"0.4.0","at":2}\n',
        /^dray 0\.4\.0 wrote/,
      ],
      ['a line that was cut off', '{"version":12,"writtenBy":"0.4', /^A newer version of dray wrote/],
      ['a line before older ones', '{"version":2}\n{"version":1}\n\n', /^A newer version of dray wrote/],
    ])(
      'a journal with a newer format is refused, and nothing is changed: %s',
      async (_, journal, message) => {
        const path = await temporaryApp({
          '.dray/journal.ndjson': journal,
          '.dray/lock': '',
          '.dray/undo/files/a': 'old',
        })
        const before = await treeOf(path)
        await expect(lockAt(path)).rejects.toMatchObject({
          code: 'RECORD_NEWER',
          exitCode: 3,
          message: expect.stringMatching(message) as string,
        })
        expect(await treeOf(path)).toEqual(before)
      },
    )

    test('a waiting process gets it when it is released', async () => {
      const path = await temporaryApp()
      const held = await lockAt(path)
      const waiting = lockAt(path, { waitMs: 60_000 })
      await held[Symbol.asyncDispose]()
      await using got = await waiting
      expect(got.lost.aborted).toBe(false)
    })

    test('two apps on one host do not wait for each other', async () => {
      await using first = await lockAt(await temporaryApp())
      await using second = await lockAt(await temporaryApp())
      expect([first.lost.aborted, second.lost.aborted]).toEqual([false, false])
    })

    test('it is free at once when its process is killed, and the owner learns of it', async () => {
      const path = await temporaryApp()
      const pidFile = join(path, 'pid')
      const open: CommandRunner['open'] = (argv, options) =>
        runner.open(['sh', '-c', 'echo $$ > "$0"; exec "$@"', pidFile, ...argv], options)
      const reporter: CommandRunner = { ...plainShell(runner), open }
      const held = await lockAt(path, { runner: reporter })
      const lost = once(held.lost, 'abort')
      process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL')
      await lost
      expect(held.lost.reason).toMatchObject({ code: 'LOCK_LOST', exitCode: 4 })
      // Sooner than a holder of whom nothing is heard is given up.
      await using next = await lockAt(path, { waitMs: 10_000 })
      expect(next.lost.aborted).toBe(false)
      await held[Symbol.asyncDispose]()
    })

    test('it is free when nothing was heard from its holder for a while', async () => {
      const path = await temporaryApp()
      const { stream, ended } = runner.open(['sh', '-c', lockScript, 'dray', path, '1', '{}'])
      await once(stream, 'data')
      await ended
      await using next = await lockAt(path)
      expect(next.lost.aborted).toBe(false)
      stream.destroy()
    })

    test('the journal has every line in order, however odd, and all are there once settled', async () => {
      const path = await temporaryApp()
      await using lock = await lockAt(path)
      const events = [
        "it's",
        '$HOME `id`',
        'back\\slash\\n',
        '  spaces  ',
        'é☃',
        '-n',
        '%s',
        'x'.repeat(20_000),
      ]
      for (const event of events) lock.journal(entry(event))
      await lock.settled()
      const lines = (await journalAt(path)).trimEnd().split('\n')
      expect(lines.map((line) => (JSON.parse(line) as JournalEntry).event)).toEqual(events)
    })

    test('a release has every line in the journal, and what could not be written is reported afterwards', async () => {
      const path = await temporaryApp()
      const lock = await lockAt(path)
      for (let count = 0; count < 50; count += 1) lock.journal(entry(`line ${count}`))
      await lock[Symbol.asyncDispose]()
      await lock.settled()
      expect((await journalAt(path)).trimEnd().split('\n')).toHaveLength(50)

      const other = await temporaryApp()
      const full = await lockAt(other)
      // The first line would open the journal.
      await mkdir(join(other, '.dray/journal.ndjson'))
      full.journal(entry('lost'))
      await full[Symbol.asyncDispose]()
      await expect(full.settled()).rejects.toMatchObject({ code: 'DISK_FULL' })
    })

    test('a line that was torn off stays a line of its own', async () => {
      const path = await temporaryApp({ '.dray/journal.ndjson': '{"version":1,"at":1}\n{"version":1,"rel' })
      await using lock = await lockAt(path)
      lock.journal(entry('next'))
      await lock.settled()
      expect((await journalAt(path)).split('\n').slice(1)).toEqual(['{"version":1,"rel', written('next'), ''])
    })

    test('a journal of years is cut at the beginning of a line, and has its last ones', async () => {
      const line = (at: number): string => `${JSON.stringify({ ...entry('step.started'), at })}\n`
      const lines = Array.from({ length: 300_000 }, (_, at) => line(at))
      const path = await temporaryApp({ '.dray/journal.ndjson': lines.join('') })
      await using lock = await lockAt(path)
      expect(lock.journalBytes).toBeLessThan(8_000_000)
      const kept = await journalAt(path)
      expect(kept).toHaveLength(lock.journalBytes)
      expect(kept.length).toBeGreaterThan(7_999_000)
      expect(lines.join('').endsWith(kept)).toBe(true)
      expect(kept).toMatch(/^\{"version":1,/)
      lock.journal(entry('next'))
      await lock.settled()
      expect((await journalAt(path)).slice(kept.length)).toBe(`${written('next')}\n`)
    })

    test('files that a deploy placed and did not live to record are back before the next one begins', async () => {
      const path = await temporaryApp({ a: 'old' })
      const directory = createAppDirectory({ runner, path, values: {} })
      const files = [
        { path: 'a', content: Buffer.from('new'), mode: 0o644 },
        { path: 'added', content: Buffer.from('new'), mode: 0o644 },
      ]
      await directory.place({ files, remove: [], inPlace: ['a'], adopt: [] })
      await using _lock = await lockAt(path)
      expect(await treeOf(path)).toEqual({ '.env': '600 KEY=value\n', a: '644 old' })
    })

    test('without an env file there is no lock, and nothing is made', async () => {
      const path = await temporaryApp()
      await unlink(join(path, '.env'))
      await expect(lockAt(path)).rejects.toMatchObject({ code: 'ENV_MISSING', exitCode: 3 })
      await expect(stat(join(path, '.dray'))).rejects.toMatchObject({ code: 'ENOENT' })
    })

    test("reports a file in place of dray's directory", async () => {
      const path = await temporaryApp()
      await writeFile(join(path, '.dray'), 'a file')
      await expect(lockAt(path)).rejects.toMatchObject({ code: 'PATH_NOT_WRITABLE' })
    })
  })
}
