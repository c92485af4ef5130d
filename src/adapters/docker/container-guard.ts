import { systemClock } from '../../shared/clock.ts'
import type { CommandRunner } from '../host/command-runner.ts'

/** Interval of the keep-alive lines; after LIMIT_SECONDS without one, the host considers dray dead. */
const HEARTBEAT_MS = 3_000
const LIMIT_SECONDS = 12
const DONE = 'done'

/**
 * Removes a container when the line DONE arrives, or when no line arrives in time because the connection broke or dray was
 * killed. In that case Docker may still be creating the container, so the removal is repeated a little later.
 */
export const guardScript = `
name=$1
limit=$2
trap '' HUP INT TERM PIPE
remove() { docker rm --force --volumes "$name" > /dev/null 2>&1; }
# shellcheck disable=SC2016 # The inner shell reads the line.
while line=$(timeout "$limit" sh -c 'IFS= read -r line && printf %s "$line"'); do
  if [ "$line" = '${DONE}' ]; then
    remove
    exit 0
  fi
done
for pause in 1 2 4 8; do
  remove
  sleep $pause
done
remove
`

/** Ensures that the container is removed when this is disposed of, and also when this process or its connection dies. */
export function guardContainer(runner: CommandRunner, name: string): AsyncDisposable {
  const { stream, ended } = runner.open(['sh', '-c', guardScript, 'dray', name, String(LIMIT_SECONDS)])
  const released = new AbortController()
  stream.on('error', () => undefined).resume()
  const beat = async (): Promise<void> => {
    while (!released.signal.aborted) {
      stream.write('\n')
      await systemClock.sleep(HEARTBEAT_MS, released.signal).catch(() => undefined)
    }
  }
  void beat()
  return {
    [Symbol.asyncDispose]: async () => {
      released.abort()
      stream.end(`${DONE}\n`)
      await ended.catch(() => undefined)
    },
  }
}
