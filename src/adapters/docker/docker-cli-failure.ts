import { DrayError } from '../../errors/dray-error.ts'
import { stripControl } from '../../shared/strip-control.ts'

/**
 * Why the docker command could not reach the Engine of `host`: DOCKER_MISSING, DOCKER_DENIED or DOCKER_UNREACHABLE. The
 * last two have the same exit code, so the text of the output decides.
 */
export function readDockerCliFailure(exitCode: number, stderr: string, host: string): DrayError {
  const lines = stripControl(stderr)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const details = { logTail: lines.slice(-5), logOf: 'docker' }
  if (exitCode === 127) {
    return new DrayError('DOCKER_MISSING', `There is no \`docker\` command on ${where(host)}.`, { details })
  }
  if (exitCode === 126 || /permission denied/i.test(stderr)) {
    const user = userOf(host)
    const who = user === '$USER' ? 'The user' : `User ${user}`
    return new DrayError('DOCKER_DENIED', `${who} is not allowed to use Docker on ${where(host)}.`, {
      hint: `On ${where(host)}, run \`sudo usermod -aG docker ${user}\`, then log in again.`,
      details,
    })
  }
  const reason = lines.at(-1)
  return new DrayError(
    'DOCKER_UNREACHABLE',
    `Docker Engine on ${where(host)} does not answer${reason === undefined ? '.' : `: ${reason}`}`,
    { details, temporary: true },
  )
}

/** The name of a host in a sentence. */
export function where(host: string): string {
  return host === 'local' ? 'this machine' : host
}

function userOf(host: string): string {
  const user = /^(?:ssh:\/\/)?([^@]+)@/.exec(host)?.[1]
  return user ?? '$USER'
}
