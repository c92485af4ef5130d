import type { FileSystem } from '../../deploy/model/file-system.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { readFileSystems } from './file-system.ts'
import { runReadingScript } from './host-script.ts'

/** Prints `df` of the first of its arguments that exists, or nothing. */
export const nodeDiskScript = `
for root in "$@"; do
  [ -d "$root" ] && df -P -k -- "$root" 2> /dev/null && break
done
exit 0
`

/**
 * The file system of the images of a server that has no directory of the app; empty if it cannot be measured. `roots`: see ImageStore.
 * Throws HOST_COMMAND_FAILED and the errors of the connection.
 */
export async function measureNode(
  runner: CommandRunner,
  roots: readonly string[],
  signal?: AbortSignal,
): Promise<readonly FileSystem[]> {
  const { exitCode, stdout } = await runReadingScript(runner, nodeDiskScript, { args: [...roots], signal })
  if (exitCode !== 0)
    throw new DrayError('HOST_COMMAND_FAILED', `Measuring the disk of ${runner.name} failed.`)
  return readFileSystems([{ holds: 'Docker', text: stdout.trimEnd() }])
}
