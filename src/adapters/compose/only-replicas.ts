import type { AppModel } from '../../deploy/model/app-model.ts'
import type { RawModel, RawService } from './raw-model.ts'

/** Whether a service's `deploy` says only how many containers it has. Compose adds empty maps to it. */
export function hasOnlyReplicas({ deploy }: RawService): boolean {
  if (deploy?.replicas === undefined) return false
  return Object.entries(deploy).every(([key, value]) => key === 'replicas' || JSON.stringify(value) === '{}')
}

/** The numbers of these services, without 0, which Compose 2.20 takes for no `scale`. */
export function readScales({ services }: RawModel): Pick<AppModel, 'scales'> {
  const found = Object.entries(services).flatMap(([name, service]): [string, number][] => {
    const count = service.scale ?? service.deploy?.replicas ?? 0
    return hasOnlyReplicas(service) && count > 0 ? [[name, count]] : []
  })
  return found.length === 0 ? {} : { scales: Object.fromEntries(found) }
}
