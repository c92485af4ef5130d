import { tmpdir } from 'node:os'
import { LocalRunner } from '../../../src/adapters/host/local-runner.ts'
import type { CommandRunner } from '../../../src/adapters/host/command-runner.ts'
import { ensureBaseImages } from '../images/base-images.ts'

/** The tools of an Alpine server: commands run in a container that shares this machine's temporary directory. */
export async function busyBoxShell(): Promise<CommandRunner> {
  const local = new LocalRunner()
  const { nginx } = await ensureBaseImages()
  const mount = `${tmpdir()}:${tmpdir()}`
  const started = await local.run([
    'docker',
    'run',
    '--detach',
    '--quiet',
    '--volume',
    mount,
    // Alpine's BusyBox has it, Debian's has not.
    '--volume',
    '/usr/bin/flock:/usr/bin/flock:ro',
    nginx,
    'sleep',
    '600',
  ])
  const id = started.stdout.trim()
  return {
    name: 'local',
    connect: async () => undefined,
    // The limit is a guard: once in thousands of runs `docker exec` did not end.
    run: (argv, options) =>
      local.run(['docker', 'exec', '--interactive', id, ...argv], { timeoutMs: 120_000, ...options }),
    open: (argv, options) => local.open(['docker', 'exec', '--interactive', id, ...argv], options),
    attach: (argv, options) => local.attach(['docker', 'exec', '--interactive', id, ...argv], options),
    dial: (host, port) => local.dial(host, port),
    [Symbol.asyncDispose]: async () => {
      await local.run(['docker', 'rm', '--force', id])
    },
  }
}
