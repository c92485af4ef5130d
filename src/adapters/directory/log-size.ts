import { DrayError } from '../../errors/dray-error.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { runReadingScript } from './host-script.ts'

/**
 * Adds up the sizes of Docker's log files and their rotated ones. Standard input: their paths, one per line. Prints
 * nothing if one cannot be read, since that requires root.
 */
export const logSizeScript = `
total=0
while IFS= read -r file; do
  for part in "$file" "$file".[0-9]*; do
    [ "$part" = "$file" ] || [ -e "$part" ] || continue
    size=$(stat -c %s -- "$part" 2> /dev/null | head -c 32)
    case $size in '') exit 0 ;; *[!0-9]*) echo 'stat printed no size' >&2; exit 1 ;; esac
    total=$((total + size))
  done
done
echo "$total"
`

/** Bytes used by container logs on the host; undefined if the user cannot read them. Throws the HOST_… codes. */
export async function measureLogs(
  runner: CommandRunner,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (paths.length === 0) return 0
  const input = paths.map((path) => `${path}\n`).join('')
  const { exitCode, stdout, stderr } = await runReadingScript(runner, logSizeScript, {
    args: [],
    input,
    signal,
  })
  if (exitCode !== 0) {
    const why = stderr.trim() === '' ? '' : ` (${stderr.trim().slice(0, 200)})`
    throw new DrayError('HOST_COMMAND_FAILED', `Measuring the logs on ${runner.name} failed${why}.`)
  }
  return stdout.trim() === '' ? undefined : Number(stdout)
}
