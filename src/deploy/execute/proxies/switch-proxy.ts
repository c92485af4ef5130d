import { DrayError } from '../../../errors/dray-error.ts'
import type { ProxyKind } from '../../model/proxies/proxy.ts'
import { switchCaddy } from './switch-caddy.ts'
import { switchHaproxy } from './switch-haproxy.ts'
import { switchNginx } from './switch-nginx.ts'
import type { SwitchRequest, Switched } from './switch-request.ts'

/**
 * Switches traffic in a proxy; resolves when new requests go to the given containers. Throws PROXY_CONFIG_INVALID if the
 * proxy rejects its configuration, with nothing changed, and PROXY_FAILED.
 */
export function switchProxy(kind: ProxyKind, request: SwitchRequest): Promise<Switched> {
  switch (kind) {
    case 'nginx':
      return switchNginx(request)
    case 'caddy':
      return switchCaddy(request)
    case 'haproxy':
      return switchHaproxy(request)
    case 'traefik':
      throw new DrayError('INTERNAL', `The plan switches traffic in ${kind}, which dray cannot do.`)
  }
}
