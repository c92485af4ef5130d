import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CommandRunner } from '../../../src/adapters/host/command-runner.ts'
import { plainShell } from './plain-shell.ts'

/** What our scripts start for a file, or for many. */
const programs = ['cat', 'cp', 'dirname', 'grep', 'mkdir', 'mv', 'rm', 'sed', 'sha256sum', 'sh', 'xargs']

/** A shell that counts the programs that its scripts start; theirs is the directory of temporary files, too. */
export async function countingShell(
  runner: CommandRunner,
): Promise<{ runner: CommandRunner; count: () => Promise<number> }> {
  const directory = await mkdtemp(join(tmpdir(), 'dray-count-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const started = join(directory, 'started')
  await writeFile(started, '')
  const path = (await runner.run(['sh', '-c', 'printf %s "$PATH"'])).stdout
  for (const name of programs) {
    const real = (await runner.run(['sh', '-c', `command -v ${name}`])).stdout.trim()
    const script = `#!/bin/sh\necho ${name} >> ${started}\nexec ${real} "$@"\n`
    await writeFile(join(directory, name), script)
    await chmod(join(directory, name), 0o755)
  }
  return {
    runner: {
      ...plainShell(runner),
      run: (argv, options) => runner.run(['env', `PATH=${directory}:${path}`, ...argv], options),
    },
    count: async () => (await readFile(started, 'utf8')).split('\n').length - 1,
  }
}
