import { chmod, mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { examineServer } from '../../src/adapters/directory/examine-server.ts'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'
import type { ServerObservation } from '../../src/operations/doctor/doctor-observation.ts'
import { systemClock, type Clock } from '../../src/shared/clock.ts'
import { temporaryApp, treeOf } from '../support/temporary-directory.ts'

/** What `dray doctor` relies on, for any shell that reaches a host. */
export function examineServerContract(name: string, makeShell: () => Promise<CommandRunner>): void {
  describe(`a server examined through ${name}`, () => {
    let runner: CommandRunner
    beforeAll(async () => {
      runner = await makeShell()
    })
    afterAll(() => runner[Symbol.asyncDispose]())

    const examine = (path: string, clock: Clock = systemClock): Promise<ServerObservation> =>
      examineServer({ runner, path, name: undefined, clock }, new AbortController().signal)
    const codeOf = (answer: ServerObservation['directory'] | ServerObservation['envFile']): string =>
      answer === undefined ? 'not known' : 'failure' in answer ? answer.failure.code : 'good'

    test('reports the state, and changes nothing', async () => {
      const path = await temporaryApp({ '.env': 'A=1\n' })
      await chmod(join(path, '.env'), 0o640)
      const before = await treeOf(path)
      const facts = await examine(path)
      expect(facts).toMatchObject({
        missingTools: [],
        directory: { value: `${path} can be written` },
        envFile: { value: { mode: '640', readableByOthers: false } },
        lock: undefined,
        clockAheadMs: 0,
        address: undefined,
        urlAddresses: undefined,
      })
      expect(facts.fileSystems.flatMap(({ holds }) => holds)).toEqual(['Docker', 'the app'])
      expect(await treeOf(path)).toEqual(before)
    })

    test('looks at the file system that a directory would be made on', async () => {
      const { directory, envFile, fileSystems } = await examine('/srv/not-there/at/all')
      expect([codeOf(directory), codeOf(envFile)]).toEqual(['PATH_NOT_WRITABLE', 'ENV_MISSING'])
      expect(fileSystems.flatMap(({ holds }) => holds)).toContain('the app')
    })

    test('distinguishes a missing .env from one that is not a file', async () => {
      const path = await temporaryApp({ '.env': '' })
      await rm(join(path, '.env'))
      expect(codeOf((await examine(path)).envFile)).toBe('ENV_MISSING')
      await mkdir(join(path, '.env'))
      expect((await examine(path)).envFile).toMatchObject({
        failure: { code: 'ENV_MISSING', message: expect.stringContaining('is not a file') as string },
      })
    })

    test("reports a link in place of one of dray's files", async () => {
      const path = await temporaryApp({ '.dray/releases/r1/x': '', elsewhere: '' })
      await symlink('../elsewhere', join(path, '.dray/lock'))
      expect((await examine(path)).directory).toMatchObject({
        failure: { code: 'FILE_NOT_OURS', message: expect.stringMatching(/^\.dray\/lock in /) as string },
      })
    })

    test('reports the clock difference to this machine', async () => {
      const path = await temporaryApp({ '.env': '' })
      const off = (ms: number): Clock => ({ ...systemClock, now: () => systemClock.now() + ms })
      const { clockAheadMs: ahead } = await examine(path, off(-60_000))
      expect(ahead).toBeGreaterThan(50_000)
      expect((await examine(path, off(60_000))).clockAheadMs).toBeLessThan(-50_000)
    })
  })
}
