import { DrayError } from '../../errors/dray-error.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { where } from './docker-cli-failure.ts'

/** Sockets of rootless Docker (docs.docker.com/engine/security/rootless), in the order they are tried. */
export const findSocket = `
for socket in "\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/docker.sock" "$HOME/.docker/run/docker.sock"; do
  if [ -S "$socket" ]; then echo "$socket"; exit; fi
done
`

/**
 * The failure to reach Docker, with a hint if the user has a rootless Engine that the docker command is not configured to
 * use. Failures other than DOCKER_DENIED and DOCKER_UNREACHABLE are returned unchanged.
 */
export async function pointToOwnEngine(failure: unknown, runner: CommandRunner): Promise<unknown> {
  if (!(failure instanceof DrayError)) return failure
  if (failure.code !== 'DOCKER_DENIED' && failure.code !== 'DOCKER_UNREACHABLE') return failure
  const found = await runner.run(['sh', '-c', findSocket]).catch(() => undefined)
  const socket = found?.stdout.trim() ?? ''
  if (!/^\/\S+$/.test(socket)) return failure
  return new DrayError(failure.code, failure.message, {
    hint: `This user has a rootless Engine. On ${where(runner.name)}, run as that user: \`docker context create own --docker host=unix://${socket}\` and \`docker context use own\`.`,
    details: failure.details,
    temporary: failure.temporary,
    cause: failure,
  })
}
