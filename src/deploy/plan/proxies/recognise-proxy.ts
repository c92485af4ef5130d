import { posix } from 'node:path'
import { parseImageReference } from '../../model/image-reference.ts'
import type { ProxyKind } from '../../model/proxies/proxy.ts'

const PROGRAMS: Readonly<Record<string, ProxyKind>> = {
  nginx: 'nginx',
  'nginx-debug': 'nginx',
  openresty: 'nginx',
  caddy: 'caddy',
  haproxy: 'haproxy',
  traefik: 'traefik',
}

const IMAGES: Readonly<Record<string, ProxyKind>> = { ...PROGRAMS, 'nginx-unprivileged': 'nginx' }

/** Programs that start the program named by their arguments. */
const STARTERS = /(\.sh|entrypoint|^tini|^dumb-init|^docker-init|^env|^(ba|da|a)?sh)$/
/** Programs whose arguments do not show what they start. */
const SUPERVISORS = /^(init|supervisord|s6-svscan|runsvdir|circusd|gosu|su-exec|python3?)$/

/** The proxy that a command line starts; `unknown` if the command line does not show what runs. */
export function proxyOfCommand(argv: readonly string[]): ProxyKind | 'other' | 'unknown' {
  const [program, ...rest] = argv
  if (program === undefined) return 'unknown'
  const name = posix.basename(program)
  const kind = PROGRAMS[name]
  if (kind !== undefined) return kind
  if (SUPERVISORS.test(name)) return 'unknown'
  if (!STARTERS.test(name)) return 'other'
  if (/^(ba|da|a)?sh$/.test(name) && rest.some((it) => /^-[a-z]*c$/.test(it))) return 'unknown'
  const next = rest.findIndex((it) => !it.startsWith('-'))
  return next < 0 ? 'unknown' : proxyOfCommand(rest.slice(next))
}

/** The proxy among the command lines of a container's processes. nginx changes its own to `nginx: master process …`. */
export function proxyOfProcesses(commandLines: readonly string[]): ProxyKind | undefined {
  return commandLines
    .map((line) => PROGRAMS[posix.basename(/^[^\s:]+/.exec(line)?.[0] ?? '')])
    .find((kind) => kind !== undefined)
}

/** The proxy that an image is named after. */
export function proxyOfImageName(image: string | undefined): ProxyKind | undefined {
  return image === undefined ? undefined : IMAGES[posix.basename(parseImageReference(image).repository)]
}
