/** Scripts for the manager of a swarm, as in directory/scripts.ts. */
import { composeFunction } from '../compose/compose-function.ts'

/** Prints the app as Compose resolves it in its directory, with the values of its env files. Standard input: exported values. */
export const configScript = `${composeFunction}
eval "$(cat)"
cd "$1" || exit
compose config --format json
`

/**
 * Deploys the stack file on standard input. No registry is asked: the images have digests, and are on the nodes. The docker
 * command has no login there, and so stores none in the swarm. Newer versions of it wait for the tasks unless told not to.
 */
export const deployScript = `
if docker stack deploy --help 2> /dev/null | grep -q -e --detach; then set -- --detach=true "$@"; fi
exec docker stack deploy --resolve-image never --compose-file - "$@"
`
