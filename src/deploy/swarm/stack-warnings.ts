import type { DesiredRelease } from '../model/observation.ts'
import type { StackDecision } from './decide-stack-services.ts'
import type { StackObservation } from './observe-stack.ts'

/** What a user should know about a deploy by Swarm before it happens; one sentence each. */
export function warnOfStack(observation: StackObservation, desired: DesiredRelease): string[] {
  const { directory, nodes, composeContainers, host } = observation
  const { stack, app } = directory
  const managers = nodes.filter(({ role }) => role === 'manager')
  return [
    ...(desired.notes ?? []),
    ...(observation.isAssumed
      ? [`${host} is in no swarm yet: \`docker swarm init\` there makes it one of a single node.`]
      : []),
    ...(composeContainers > 0
      ? [
          `${composeContainers} containers of Compose project ${app.project} run on ${host}: they hold its ports and its data. Stop them before the stack takes over, and see docs/swarm.md.`,
        ]
      : []),
    ...stack.ignored.map(
      ({ service, key, text }) => `${service ?? 'The app'}, \`${key}\` is ignored: ${text}.`,
    ),
    ...stack.hostPorts.map(
      (service) =>
        `${service} publishes a port of the node itself (\`mode: host\`): its old task stops before the new one starts there.`,
    ),
    ...app.services
      .filter(({ name, healthCheck }) => healthCheck !== 'defined' && stack.healthMs[name] === undefined)
      .map(
        ({ name }) =>
          `${name} has no health check in the compose file: unless its image has one, Swarm sends requests to a new task as soon as it starts.`,
      ),
    ...(managers.length === 2
      ? ['The swarm has two managers: if one is lost, the other takes no changes. Use one or three.']
      : []),
    ...(desired.probeUrl === undefined
      ? ['dray.yml has no `probe`, so that no request is sent to the app during the deploy.']
      : []),
  ]
}

/** What was measured at that moment, and may differ at the next look: services that are down, and nodes that are not ready. */
export function measureStack(
  { nodes }: Pick<StackObservation, 'nodes'>,
  decisions: readonly Pick<StackDecision, 'service' | 'cause' | 'isLeftDown'>[],
): string[] {
  const away = nodes.filter(({ state }) => state !== 'ready')
  return [
    ...decisions
      .filter(({ isLeftDown }) => isLeftDown)
      .map(
        ({ service, cause }) =>
          `${service} is down already: ${cause}. Nothing of it changes, so the deploy does not wait for it.`,
      ),
    ...away.map(
      ({ name, state }) =>
        `Node ${name} is ${state}: it does not get the images. Deploy again when it is back.`,
    ),
  ]
}
