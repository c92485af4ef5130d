import type { DesiredRelease } from '../../../deploy/model/observation.ts'
import type { DeployInput } from './load-deploy.ts'

/** The desired release, from dray.yml and the deploy-time values. */
export function desiredRelease({ config, values, options }: DeployInput): DesiredRelease {
  const { registry, environment } = config
  const owners = [registry?.owner, values.registryOwner].filter((owner) => owner !== undefined)
  const rollout: Record<string, 'roll' | 'recreate'> = {}
  for (const [name, settings] of Object.entries(config.services)) {
    if (settings.rollout !== undefined) rollout[name] = settings.rollout
  }
  return {
    app: config.app,
    environment: environment.name,
    tag: values.tag,
    givenVariables: Object.keys(values.composeVariables),
    expected: options.expected,
    ownRepositories: registry === undefined ? [] : owners.map((owner) => `${registry.host}/${owner}/`),
    rollout,
    tasks: config.tasks.flatMap(({ name, serviceCandidates, argv, when, timeoutMs }) =>
      when === 'manual'
        ? []
        : [{ name, serviceCandidates, argv, when, ...(timeoutMs === undefined ? {} : { timeoutMs }) }],
    ),
    hooks: config.hooks,
    proxyService: config.proxyService,
    proxyKeepalive: config.proxyKeepalive,
    probeUrl: config.probe && config.probe.url,
    keep: environment.keep,
    disk: environment.disk,
    adopt: options.adopt,
    restores: undefined,
  }
}
