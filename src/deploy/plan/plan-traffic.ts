import { isMounted } from '../model/app-model.ts'
import type { ServiceDecision } from './decide-service.ts'
import { probeTargetOf } from '../model/entrance.ts'
import type { DesiredRelease } from '../model/observation.ts'
import type { HostPlan, NewStep } from './plan-host.ts'
import { findTaskDependencies, planStarts } from './plan-start.ts'
import { someNames } from '../model/some-names.ts'

/**
 * The steps that switch one host to the new release while the old containers still run. `runsTasks`: dependencies of the
 * tasks were already started with them.
 */
export function planTraffic(host: HostPlan, desired: DesiredRelease, runsTasks: boolean): NewStep[] {
  const { observation, decisions, proxyService } = host
  const early = runsTasks ? findTaskDependencies(host, desired) : []
  const steps = planStarts(
    host,
    desired,
    decisions.filter((it) => !early.includes(it)),
  )
  const proxy = proxyToSwitch(host)
  if (proxy !== undefined) {
    steps.push({
      kind: 'switch-traffic',
      host: observation.host,
      cause: proxy.cause,
      proxy: proxyService ?? '',
      services: proxy.services,
    })
  }
  const probe = probeTargetOf(observation.directory.app, desired)
  if (probe !== undefined) {
    steps.push({
      kind: 'check-url',
      host: observation.host,
      cause: 'before the old containers are stopped',
      ...probe,
    })
  }
  return steps
}

/** Traffic is switched if services behind the proxy get new addresses, or the proxy's own files changed. */
function proxyToSwitch(host: HostPlan): { services: string[]; cause: string } | undefined {
  const { decisions, files, proxyService, current } = host
  const proxy = decisions.find((it) => it.service.name === proxyService)
  if (proxy === undefined || proxy.service.replicas === 0) return undefined
  // The proxy may also hold the address of a container that died. A new service can only be in the proxy's files.
  const hadAddress = ({ service, replaced, action }: ServiceDecision): boolean =>
    replaced.length > 0 || (action !== 'leave' && current?.services[service.name] !== undefined)
  const moved = decisions
    .filter((it) => it !== proxy && it.action !== 'run-once' && hadAddress(it))
    .map((it) => it.service.name)
  const ownFiles = [...files.changed, ...files.removed].filter((file) => isMounted(proxy.service, file))
  if (proxy.action !== 'leave' && proxy.replaced.length === 0) return undefined
  if (moved.length === 0 && (ownFiles.length === 0 || proxy.action !== 'leave')) return undefined
  const causes = [
    ...(moved.length > 0 ? [`containers of ${moved.join(', ')} change`] : []),
    ...(ownFiles.length > 0 ? [`${someNames(ownFiles)} changed`] : []),
  ]
  return { services: moved, cause: causes.join('; ') }
}
