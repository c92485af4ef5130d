import { DrayError } from '../../errors/dray-error.ts'

/** An election takes seconds, once the others have noticed that the leader is gone. */
export const ELECTION_MS = 45_000

/** A leader that is lost, in the words of gRPC and of swarmkit, which pass through the Engine. */
const LEADERLESS =
  /rpc error: code = (?:Unavailable|DeadlineExceeded)|does not have a leader|lost leader|quorum|deadline exceeded|trouble connecting to the cluster/i

/** Whether an answer of the Engine, or what a docker command prints, says that the swarm has no leader. */
export function isLeaderless(text: string): boolean {
  return LEADERLESS.test(text)
}

/**
 * Why a manager does not answer: https://docs.docker.com/engine/swarm/admin_guide/. The Engine has no codes for it; the texts are
 * those of moby, daemon/cluster/{cluster,errors}.go.
 */
export function refusal(message: string, host: string): DrayError {
  if (isLeaderless(message))
    return new DrayError('SWARM_NO_LEADER', `The swarm of ${host} has no leader: ${message}`, {
      temporary: true,
    })
  if (/not a swarm manager\. Worker/i.test(message))
    return new DrayError('SWARM_NOT_MANAGER', `${host} is a worker of its swarm, and only managers answer.`)
  if (/not a swarm manager|not part of a swarm/i.test(message))
    return new DrayError('SWARM_INACTIVE', `${host} is not part of a swarm.`)
  const isLocked = /needs to be unlocked/i.test(message)
  return new DrayError('DOCKER_FAILED', `Docker Engine on ${host} did not answer for the swarm: ${message}`, {
    temporary: !isLocked && !/certificates have expired/i.test(message),
    ...(isLocked && { hint: 'On that manager: `docker swarm unlock`.' }),
  })
}
