import { DrayError } from '../../../errors/dray-error.ts'
import type { SwitchKind } from '../../model/plan.ts'
import { switchCaddy } from './switch-caddy.ts'
import { switchCaller } from './switch-caller.ts'
import { switchHaproxy } from './switch-haproxy.ts'
import { switchNginx } from './switch-nginx.ts'
import type { SwitchRequest, Switched } from './switch-request.ts'

/**
 * Switches traffic in a proxy; resolves when new requests go to the given containers. Throws PROXY_CONFIG_INVALID if the
 * proxy rejects its configuration, with nothing changed, and PROXY_FAILED.
 */
export function switchProxy(kind: SwitchKind, request: SwitchRequest): Promise<Switched> {
  switch (kind) {
    case 'nginx':
      return switchNginx(request)
    case 'caddy':
      return switchCaddy(request)
    case 'haproxy':
      return switchHaproxy(request)
    case 'caller':
      return switchCaller(request)
    case 'traefik':
      throw new DrayError('INTERNAL', `The plan switches traffic in ${kind}, which dray cannot do.`)
  }
}
