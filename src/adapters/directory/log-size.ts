import { DrayError } from '../../errors/dray-error.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { runScript } from './host-script.ts'

/**
 * Adds up files that Docker keeps logs in, with those that it rotated. Standard input: their paths, a line each. Prints
 * nothing where one cannot be looked at, since only root may.
 */
export const logSizeScript = `
total=0
while IFS= read -r file; do
  for part in "$file" "$file".[0-9]*; do
    [ "$part" = "$file" ] || [ -e "$part" ] || continue
    size=$(stat -c %s -- "$part" 2> /dev/null) || exit 0
    total=$((total + size))
  done
done
echo "$total"
`

/** Bytes that container logs take on the host; undefined where the user may not look. Throws the HOST_… codes. */
export async function measureLogs(
  runner: CommandRunner,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (paths.length === 0) return 0
  const input = paths.map((path) => `${path}\n`).join('')
  const { exitCode, stdout } = await runScript(runner, logSizeScript, { args: [], input, signal })
  if (exitCode !== 0) {
    throw new DrayError('HOST_COMMAND_FAILED', `Measuring the logs on ${runner.name} failed.`)
  }
  return stdout.trim() === '' ? undefined : Number(stdout)
}
