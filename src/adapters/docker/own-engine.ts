import { DrayError } from '../../errors/dray-error.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { where } from './docker-cli-failure.ts'

/** Where rootless Docker has its socket (docs.docker.com/engine/security/rootless), in the order in which it is looked for. */
export const findSocket = `
for socket in "\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/docker.sock" "$HOME/.docker/run/docker.sock"; do
  if [ -S "$socket" ]; then echo "$socket"; exit; fi
done
`

/**
 * The failure to reach Docker, with the way out where the user has an Engine of its own that the docker command was not told
 * of. Anything but DOCKER_DENIED and DOCKER_UNREACHABLE is given back as it is.
 */
export async function pointToOwnEngine(failure: unknown, runner: CommandRunner): Promise<unknown> {
  if (!(failure instanceof DrayError)) return failure
  if (failure.code !== 'DOCKER_DENIED' && failure.code !== 'DOCKER_UNREACHABLE') return failure
  const found = await runner.run(['sh', '-c', findSocket]).catch(() => undefined)
  const socket = found?.stdout.trim() ?? ''
  if (!/^\/\S+$/.test(socket)) return failure
  return new DrayError(failure.code, failure.message, {
    hint: `This user has an Engine of its own: on ${where(runner.name)}, as that user, \`docker context create own --docker host=unix://${socket}\` and \`docker context use own\`.`,
    details: failure.details,
    temporary: failure.temporary,
    cause: failure,
  })
}
