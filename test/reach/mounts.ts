import type { Role } from './layout.ts'
import type { ServiceInput } from './make-service.ts'
import type { ShapeService } from './shape.ts'

/** A mount as the compose file writes it; `file` is what of the repository it mounts, `volume` the named volume. */
export type Mount = { text: string; file?: 'proxy' | 'traefik' | 'settings'; volume?: string }

const namedDirectories: Readonly<Record<string, readonly string[]>> = {
  caddy: ['/data', '/config'],
  nginx: ['/var/log/nginx-archive', '/var/www/certbot'],
  traefik: ['/letsencrypt'],
  third: ['/var/lib/store'],
}

/** The mounts of a service, in the order of its shape: the configuration first, then data. */
export function mountsOf(service: ShapeService, { shape, layout }: ServiceInput): Mount[] {
  const { name, role, volumes = [] } = service
  const kind = layout.roles.get(name) ?? 'web'
  const counts = { bind: 0, named: 0, anonymous: 0 }
  const mounts = volumes.map((volume): Mount => {
    if (volume !== 'bind' && volume !== 'named') return { text: `/var/cache/${name}-${counts.anonymous++}` }
    const index = counts[volume]++
    if (volume === 'named') {
      const path = namedDirectories[role]?.[index] ?? `/var/lib/${name}-${index}`
      return { text: `${name}-${index}:${path}`, volume: `${name}-${index}` }
    }
    return bindOf(service, { index, kind, isFile: isOdd(shape.id) })
  })
  // A proxy in a stock image has to have its configuration from somewhere.
  const needsFile = kind === 'proxy' && role !== 'traefik' && counts.bind === 0
  return needsFile ? [bindOf(service, { index: 0, kind, isFile: isOdd(shape.id) }), ...mounts] : mounts
}

type Bind = { index: number; kind: Role; isFile: boolean }

function bindOf({ name, role }: ShapeService, { index, kind, isFile }: Bind): Mount {
  const data = `./data/${name}-${index}`
  if (role === 'traefik') {
    if (index === 0) return { text: '/var/run/docker.sock:/var/run/docker.sock:ro' }
    if (index === 1) return { text: `./${name}:/etc/traefik:ro`, file: 'traefik' }
    return { text: `${data}:/var/lib/${name}-${index}` }
  }
  if (kind === 'proxy' && index === 0) {
    if (role === 'caddy') return { text: `./${name}/Caddyfile:/etc/caddy/Caddyfile:ro`, file: 'proxy' }
    return isFile
      ? { text: `./${name}/default.conf:/etc/nginx/conf.d/default.conf:ro`, file: 'proxy' }
      : { text: `./${name}:/etc/nginx/conf.d:ro`, file: 'proxy' }
  }
  if (kind === 'proxy' || kind === 'front') return { text: `${data}:/srv/${name}-${index}:ro` }
  if (index === 0 && role === 'own')
    return { text: `./settings/${name}.json:/etc/${name}.json:ro`, file: 'settings' }
  if (index === 0 && role === 'third') return { text: `${data}:/var/lib/store-${index}` }
  return { text: `${data}:/var/lib/${name}-${index}` }
}

function isOdd(id: string): boolean {
  return Number(id.replaceAll(/\D/g, '')) % 2 === 1
}
