import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createEnvStore } from '../../../../src/adapters/directory/env/env-store.ts'
import { measureLogs } from '../../../../src/adapters/directory/log-size.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'
import { systemClock } from '../../../../src/shared/clock.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import { temporaryApp } from '../../../support/temporary-directory.ts'

const runner = new LocalRunner()
afterAll(() => runner[Symbol.asyncDispose]())

/** The shell runs these programs in place of its own. */
async function withPrograms(programs: Readonly<Record<string, string>>): Promise<CommandRunner> {
  const directory = await temporaryApp(programs)
  for (const name of Object.keys(programs)) await chmod(join(directory, name), 0o755)
  const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}` }
  const run: CommandRunner['run'] = (argv, options) => runner.run(argv, { ...options, env })
  return { name: 'srv1', run } as CommandRunner
}

const by = { user: 'ann', machine: 'pc', sinceMs: 0 }
const storeIn = (path: string, its: CommandRunner) =>
  createEnvStore({ runner: its, path, clock: systemClock })

test.each(['yes', 'yes 77777777'])(
  'a `stat` that prints without end (%s) ends the command',
  async (flood) => {
    const its = await withPrograms({ stat: `#!/bin/sh\nexec ${flood}\n` })
    const path = await temporaryApp({ '.env': 'A=1\n', 'a-json.log': 'x' })
    const failure = { code: 'HOST_COMMAND_FAILED', exitCode: 3 }
    await expect(measureLogs(its, [join(path, 'a-json.log')])).rejects.toMatchObject(failure)
    await expect(storeIn(path, its).set('B', new Secret('B=2\n'), by)).rejects.toMatchObject(failure)
    expect(await readFile(join(path, '.env'), 'utf8')).toBe('A=1\n')
  },
)

test('a `sha256sum` that prints without end replaces no `.env`', async () => {
  const its = await withPrograms({ sha256sum: '#!/bin/sh\nexec yes\n' })
  const path = await temporaryApp({ '.env': 'A=1\n' })
  const changes = { added: [], changed: ['A'], removed: [] }
  const replaced = storeIn(path, its).replace(
    { text: new Secret('A=2\n'), expectedHash: 'a'.repeat(64), changes },
    by,
  )
  await expect(replaced).rejects.toMatchObject({ code: 'ENV_CHANGED' })
  expect(await readFile(join(path, '.env'), 'utf8')).toBe('A=1\n')
})
