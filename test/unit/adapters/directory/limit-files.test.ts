import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createAppDirectory } from '../../../../src/adapters/directory/app-directory.ts'
import { observeApp } from '../../../../src/adapters/directory/observe-app.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import { temporaryApp } from '../../../support/temporary-directory.ts'

/** A machine whose docker command and Compose print without end. */
async function floodedRunner(flood: string): Promise<CommandRunner & AsyncDisposable> {
  const program = `#!/bin/sh\ncase "$*" in ps* | *config* | version*) exec ${flood} ;; esac\n`
  const programs = await temporaryApp({ docker: program, 'cli-plugins/docker-compose': program })
  for (const name of ['docker', 'cli-plugins/docker-compose']) await chmod(join(programs, name), 0o755)
  const runner = new LocalRunner()
  const env = { PATH: `${programs}:${process.env['PATH'] ?? ''}`, TMPDIR: programs, DOCKER_CONFIG: programs }
  const run: CommandRunner['run'] = (argv, options) =>
    LocalRunner.prototype.run.call(runner, argv, { ...options, env })
  return Object.assign(runner, { run })
}

type Read = (place: { runner: CommandRunner; path: string }) => Promise<unknown>
const deploy: Read = (place) => createAppDirectory({ ...place, values: {} }).inspect([])

test.each<[string, string, Read]>([
  ['a deploy', 'yes', deploy],
  ['a deploy', 'yes >&2', deploy],
  ['status', 'yes', (place) => observeApp(place)],
  ['status', 'yes >&2', (place) => observeApp(place)],
])('what %s stores on the server has a limit: %s', async (_, flood, read) => {
  await using runner = await floodedRunner(flood)
  const path = await temporaryApp({ '.env': '' })
  await expect(read({ runner, path })).rejects.toMatchObject({ code: 'HOST_COMMAND_FAILED', exitCode: 3 })
})
