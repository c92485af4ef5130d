import { targetsOf } from './ports.ts'
import type { Shape, ShapeService } from './shape.ts'
import { thirdImageOf } from './third-images.ts'

/** Where services of the host's own network listen. */
const firstOfHost = 18_000

/** The port that a service's program listens on: the first that it publishes, else its image's own. */
export function listenPortOf(shape: Shape, service: ShapeService): number {
  const index = shape.services.indexOf(service)
  if (service.network_mode === 'host' && service.role === 'own') return firstOfHost + index
  const [target] = targetsOf(service)
  return target ?? (service.role === 'third' ? thirdImageOf(service, index).port : 8000)
}
