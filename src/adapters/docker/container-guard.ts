import { systemClock } from '../../shared/clock.ts'
import type { CommandRunner } from '../host/command-runner.ts'

/** Lines come this often; without one for LIMIT_SECONDS the host calls us gone. */
const HEARTBEAT_MS = 3_000
const LIMIT_SECONDS = 12
const DONE = 'done'

/**
 * Removes a container when the line DONE comes, or none in time: the connection was cut, or dray killed. Then it may still
 * be in the making, so that it is removed again a little later.
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

/** Sees to it that a container of that name is gone when this is disposed of, and also when this process or its connection dies. */
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
      await ended
    },
  }
}
