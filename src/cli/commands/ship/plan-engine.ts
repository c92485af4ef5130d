import type { DeployConfig } from '../../../config/deploy-config.ts'
import { defaultDiskRules } from '../../../deploy/model/disk/disk-rules.ts'
import { someNames } from '../../../deploy/model/some-names.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { DeployInput } from './load-deploy.ts'

/**
 * The environment as if dray.yml had another engine. Of a Compose environment that is planned for Swarm, what holds for Compose only is
 * left out, and noted for the warnings of the plan. Throws USAGE for an engine that does not exist.
 */
export function withEngine(input: DeployInput, engine: string | undefined): DeployInput {
  if (engine === undefined) return input
  if (engine !== 'compose' && engine !== 'swarm')
    throw new DrayError('USAGE', `--engine must be compose or swarm, not \`${engine}\`.`)
  const { config } = input
  const { environment } = config
  if (engine === environment.engine || engine === 'compose')
    return { ...input, config: { ...config, environment: { ...environment, engine } } }
  const { leave: _, join: __, ...hooks } = config.hooks
  const [manager] = environment.hosts
  return {
    ...input,
    config: {
      ...config,
      hooks,
      front: undefined,
      environment: { ...environment, engine, hosts: [manager], roles: {} },
    },
    notes: listNotInSwarm(config),
  }
}

/** What of dray.yml does not hold with `engine: swarm`, for this environment; one sentence each. Pure. */
export function listNotInSwarm(config: DeployConfig): string[] {
  const { environment, hooks, services } = config
  const [manager, ...others] = environment.hosts
  const { rolling, watchMs, disk, roles } = environment
  const isRollingSet = watchMs !== undefined || !('hosts' in rolling) || rolling.hosts !== 1
  const isDiskSet = (Object.keys(defaultDiskRules) as (keyof typeof defaultDiskRules)[]).some(
    (key) => JSON.stringify(disk[key]) !== JSON.stringify(defaultDiskRules[key]),
  )
  const drained = Object.keys(services).filter((name) => services[name]?.drainMs !== undefined)
  const isProxySet =
    config.proxyService !== undefined || config.proxyContainers.length > 0 || !config.proxyKeepalive
  const hostHooks = (['leave', 'join'] as const).filter((name) => hooks[name] !== undefined)
  return [
    ...others.map(
      (host) =>
        `${host}: the stack is deployed through ${manager} alone, and the containers of Compose on ${host} stay: stop them there with \`docker compose down\`, and remove it from \`hosts\` in dray.yml.`,
    ),
    ...(Object.keys(roles).length > 0
      ? [
          'The `services` of `hosts` in dray.yml do not hold in a swarm: write `deploy.placement` in the compose file.',
        ]
      : []),
    ...(isRollingSet
      ? [
          '`rolling` in dray.yml does not hold in a swarm: write `deploy.update_config.parallelism` in the compose file.',
        ]
      : []),
    ...(config.front === undefined
      ? []
      : [
          `\`front\` in dray.yml does not hold in a swarm, which publishes the ports itself${config.front.domains.length === 0 ? '' : ', and without HTTPS'}: add a proxy to the compose file, and set \`front: false\`.`,
        ]),
    ...(hostHooks.length > 0
      ? [
          `${hostHooks.map((name) => `\`hooks.${name}\``).join(' and ')} in dray.yml ${hostHooks.length === 1 ? 'does' : 'do'} not run in a swarm, which replaces the containers itself: remove ${hostHooks.length === 1 ? 'it' : 'them'}.`,
        ]
      : []),
    ...(isProxySet
      ? [
          '`proxy` in dray.yml does not hold in a swarm: Swarm switches traffic, and no configuration of a proxy is changed.',
        ]
      : []),
    ...(drained.length > 0
      ? [
          `\`drain\` of ${someNames(drained)} in dray.yml does not hold in a swarm: write \`stop_grace_period\` in the compose file, and have the program end its requests when it is stopped.`,
        ]
      : []),
    ...(isDiskSet
      ? ['`disk` in dray.yml does not hold in a swarm: `dray clean` removes images on its nodes.']
      : []),
  ]
}
