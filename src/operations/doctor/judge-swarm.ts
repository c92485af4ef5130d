import { newestRelease } from '../../deploy/model/release.ts'
import { someNames } from '../../deploy/model/some-names.ts'
import { describeQuorum, findNewcomers, isActive, quorumOf } from '../../deploy/swarm/judge-nodes.ts'
import { describeObstacles } from '../../deploy/swarm/refuse-unsupported.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { CheckOutcome } from './checkup.ts'
import type { DoctorObservation, SwarmObservation } from './doctor-observation.ts'
import { counted, failed, good } from './outcomes.ts'

/** The host is a manager of a swarm that has a leader; a warning if the loss of a manager would leave it without one. */
export function judgeSwarm({ nodes }: SwarmObservation): CheckOutcome | undefined {
  if (nodes === undefined) return undefined
  if ('failure' in nodes) return failed(nodes.failure)
  const quorum = quorumOf(nodes.value)
  const leader = nodes.value.find(({ manager }) => manager?.isLeader === true)
  const value = describeQuorum(quorum)
  if (quorum.spare > 0 || quorum.managers === 1)
    return good(leader === undefined ? value : `${value}; ${leader.name} leads`)
  const lost = quorum.managers - quorum.reachable
  return {
    outcome: 'warning',
    value,
    message: `If one of the ${quorum.reachable} managers that answer fails, the swarm takes no changes.`,
    hint:
      lost > 0
        ? `Start the ${lost === 1 ? 'manager that does' : 'managers that do'} not answer, or make another node a manager: \`docker node promote NODE\`.`
        : 'Use one manager, three or five: `docker node promote NODE`, or `docker node demote NODE`.',
  }
}

/** Which nodes take tasks. Others are a warning: they do not get the images. Failed without any. */
export function judgeNodes({ nodes }: SwarmObservation, host: string): CheckOutcome | undefined {
  if (nodes === undefined || 'failure' in nodes) return undefined
  const active = nodes.value.filter(isActive)
  if (active.length === 0)
    return failed(new DrayError('STACK_NO_NODE', `No node of the swarm of ${host} is ready and active.`))
  const others = nodes.value.filter((node) => !isActive(node))
  const value = `${active.length} of ${nodes.value.length} ready and active`
  if (others.length === 0) return good(value)
  const words = others.map(({ name, state, availability }) =>
    state === 'ready' ? `${name} (${availability})` : `${name} (${state})`,
  )
  return {
    outcome: 'warning',
    value,
    message: `A deploy leaves out ${someNames(words)}: ${others.length === 1 ? 'the node does' : 'these nodes do'} not get the images.`,
    hint: 'Start a node that is down, and deploy again. `docker node update --availability active NODE` ends a drain or a pause.',
  }
}

/** The nodes that dray.yml lists. One that fails is a warning: a deploy does not need it. Undefined without a list. */
export function judgeNodeAccess({ access }: SwarmObservation): CheckOutcome | undefined {
  if (access === undefined) return undefined
  const { listed, failures } = access
  const value = `${listed - failures.length} of ${listed} reached`
  const [first] = failures
  if (first === undefined) return good(value)
  const rest = failures.length > 1 ? ` (and ${failures.length - 1} more)` : ''
  return {
    outcome: 'warning',
    value,
    message: `${first.message}${rest} \`dray clean\` and \`dray disk\` leave it out.`,
    hint: first.hint,
  }
}

/** What a stack does not have. Undefined with Compose, and if there is nothing. */
export function judgeStackFile({ app, host, swarm }: DoctorObservation): CheckOutcome | undefined {
  if (swarm === undefined || app === undefined || 'failure' in app) return undefined
  const { stack } = app.value
  const failure = stack && describeObstacles(stack, host)
  return failure && failed(failure)
}

/** The networks, configs and secrets that the compose file declares as external. */
export function judgeExternals({ app, swarm }: DoctorObservation): CheckOutcome | undefined {
  if (swarm?.missing === undefined || app === undefined || 'failure' in app) return undefined
  if ('failure' in swarm.missing) return failed(swarm.missing.failure)
  if (swarm.missing.value !== undefined) return failed(swarm.missing.value)
  const { length } = app.value.stack?.externals ?? []
  return good(length === 0 ? 'none declared' : `${length} there`)
}

/** Nodes that joined after the current release, and so lack its images. */
export function judgeNodeImages({ app, swarm }: DoctorObservation): CheckOutcome | undefined {
  if (swarm?.nodes === undefined || 'failure' in swarm.nodes) return undefined
  if (app === undefined || 'failure' in app) return undefined
  const current = newestRelease(app.value.releases)
  if (current?.nodes === undefined) return good('nothing deployed to the swarm yet')
  const newcomers = findNewcomers(swarm.nodes.value, current)
  if (newcomers.length === 0) return good(`every active node has pulled ${current.id}`)
  const names = newcomers.map(({ name }) => name)
  return {
    outcome: 'warning',
    value: `${counted(newcomers.length, 'node')} without those of ${current.id}`,
    message: `${someNames(names)} ${newcomers.length === 1 ? 'has' : 'have'} not pulled the images of release ${current.id}: tasks that Swarm moves there may not start.`,
    hint: '`dray deploy ENVIRONMENT` has every node pull; with nothing else to do, that is all it does.',
  }
}
