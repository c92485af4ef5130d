import { findCaddyProcess } from '../../model/proxies/caddy-process.ts'
import type { Engine } from '../../model/ports.ts'
import type { Container } from '../../model/container.ts'

/** How a running Caddy can be switched. */
export type CaddyObservation = {
  /** `2.11.4`. */
  version: string
  /** `admin off` in its configuration. */
  isAdminOff: boolean
  /** It looks up upstreams on its own, whatever `/etc/hosts` says. */
  hasDynamicUpstreams: boolean
  /** It was started with `--envfile`; a reload would not have those variables. */
  hasEnvFile: boolean
}

/**
 * Prints the version of the Caddy that serves, then a word for each thing that stands in the way of a switch. A
 * configuration that Caddy rejects has none of them: the switch finds that out.
 */
export const examineCaddyScript = `
set -u
${findCaddyProcess}
version=$(caddy version) || exit 4
echo "\${version%% *}"
case " $words" in *--envfile*) echo envfile ;; esac
adapted=$(caddy adapt "$@" 2> /dev/null || cat "$config" 2> /dev/null)
adapted=$(printf '%s' "$adapted" | tr -d ' \\n\\t')
case $adapted in *'"admin":{"disabled":true'*) echo admin-off ;; esac
case $adapted in *'"dynamic_upstreams":'*) echo dynamic ;; esac
`

/** Undefined if its commands cannot be run in the container. Throws what the Engine throws. */
export async function observeCaddy(
  { id }: Container,
  engine: Pick<Engine, 'exec'>,
): Promise<CaddyObservation | undefined> {
  const { exitCode, output } = await engine.exec(id, ['sh', '-c', examineCaddyScript], { user: '0' })
  const [first = '', ...found] = output.split('\n')
  if (exitCode !== 0 || !/^v?\d+\./.test(first)) return undefined
  return {
    version: first.replace(/^v/, ''),
    isAdminOff: found.includes('admin-off'),
    hasDynamicUpstreams: found.includes('dynamic'),
    hasEnvFile: found.includes('envfile'),
  }
}

/** Why traffic cannot be switched in a running Caddy, as the end of a sentence; undefined if it can. */
export function whyCaddyStays(caddy: CaddyObservation | undefined): string | undefined {
  if (caddy === undefined) return 'dray cannot run its commands in it'
  if (caddy.hasDynamicUpstreams) return 'it looks up its upstreams on its own (`dynamic`)'
  return whyNoReload(caddy)
}

/** Why a running Caddy cannot be made to read its configuration again. */
export function whyNoReload(caddy: CaddyObservation | undefined): string | undefined {
  if (caddy === undefined) return 'dray cannot run its commands in it'
  if (caddy.hasEnvFile) return 'it is started with `--envfile`'
  return caddy.isAdminOff && !reloadsBySignal(caddy.version)
    ? `version ${caddy.version} with \`admin off\` cannot reload`
    : undefined
}

/** Caddy reloads on SIGUSR1 since 2.11.0. */
function reloadsBySignal(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 2 || (major === 2 && minor >= 11)
}
