import type { Environment, Hooks } from '../../../config/deploy-config.ts'
import type { DesiredRelease } from '../../../deploy/model/observation.ts'
import { COMMIT_ID, type SourceCommit } from '../../../deploy/model/release.ts'
import type { DeployInput } from './load-deploy.ts'

/** The desired release, from dray.yml and the deploy-time values. */
export function desiredRelease({
  config,
  values,
  repository,
  options,
  leftOut,
  notes,
}: DeployInput): DesiredRelease {
  const { environment } = config
  const rollout: Record<string, 'roll' | 'recreate'> = {}
  for (const [name, settings] of Object.entries(config.services)) {
    if (settings.rollout !== undefined) rollout[name] = settings.rollout
  }
  return {
    app: config.app,
    environment: environment.name,
    tag: values.tag,
    ...findCommit({ values, repository }),
    givenVariables: Object.keys(values.composeVariables),
    expected: options.expected,
    ownRepositories: ownRepositories({ config, values }),
    rollout,
    tasks: config.tasks.flatMap(({ name, serviceCandidates, argv, when, timeoutMs }) =>
      when === 'manual'
        ? []
        : [{ name, serviceCandidates, argv, when, ...(timeoutMs === undefined ? {} : { timeoutMs }) }],
    ),
    ...splitHooks(config.hooks),
    proxyService: config.proxyService,
    proxyContainers: config.proxyContainers,
    proxyKeepalive: config.proxyKeepalive,
    probeUrl: config.probe && config.probe.url,
    rolling: environment.rolling,
    ...(environment.watchMs !== undefined && { watchMs: environment.watchMs }),
    ...listPlaced(environment),
    keep: environment.keep,
    disk: environment.disk,
    adopt: options.adopt,
    restores: undefined,
    ...(leftOut && { leftOut }),
    ...(notes && { notes }),
  }
}

/** The checked-out commit; in a workflow without git, or whose git refuses the directory, the one that it runs for. */
function findCommit({ values, repository }: Pick<DeployInput, 'values' | 'repository'>): {
  commit?: SourceCommit
} {
  const id = repository.headSha ?? values.variables()['GITHUB_SHA'] ?? ''
  if (!COMMIT_ID.test(id)) return {}
  return { commit: { id, ...(repository.isDirty === true && { isDirty: true }) } }
}

/** Prefixes of the app's own repositories. */
export function ownRepositories({ config, values }: Pick<DeployInput, 'config' | 'values'>): string[] {
  const { registry } = config
  const owners = [registry?.owner, values.registryOwner].filter((owner) => owner !== undefined)
  return registry === undefined ? [] : owners.map((owner) => `${registry.host}/${owner}/`)
}

/** The services that some host runs, if every host runs only some. */
function listPlaced({ hosts, roles }: Environment): Pick<DesiredRelease, 'placed'> {
  if (hosts.some((host) => roles[host] === undefined)) return {}
  return { placed: [...new Set(Object.values(roles).flat())] }
}

/** Hooks around the deploy, and those around the turn of each host. */
function splitHooks({ leave, join, ...hooks }: Hooks): Pick<DesiredRelease, 'hooks' | 'hostHooks'> {
  if (leave === undefined && join === undefined) return { hooks }
  return { hooks, hostHooks: { ...(leave && { leave }), ...(join && { join }) } }
}
