import { DrayError } from '../errors/dray-error.ts'
import { logOf } from './container-log.ts'
import type { Container, Engine } from './ports.ts'
import { proxyScript } from './proxy-script.ts'

/** Exit codes of the proxy script. */
const REFUSED = 3
const STILL_BUSY = 5

/**
 * Makes the proxy send to `containers`, and waits until the requests that it sent elsewhere have ended, or `drainMs` are
 * over. Gives whether all had ended. Throws PROXY_CONFIG_INVALID when nginx refuses its configuration, and PROXY_FAILED
 * when it does not take it; the old workers then go on as before.
 */
export async function turnProxy(request: {
  engine: Engine
  proxy: Container
  containers: readonly Container[]
  drainMs: number
  signal?: AbortSignal
}): Promise<{ drained: boolean }> {
  const { engine, proxy, containers, drainMs } = request
  const drainSeconds = Math.max(1, Math.ceil(drainMs / 1000))
  const lines = containers.flatMap((container) => hostsLine(container, proxy))
  const { exitCode, output } = await engine.exec(
    proxy.id,
    ['sh', '-c', proxyScript, 'dray', String(drainSeconds), ...lines],
    {
      user: '0',
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    },
  )
  if (exitCode === 0 || exitCode === STILL_BUSY) return { drained: exitCode === 0 }
  const details = { logOf: `nginx -t in ${proxy.name}`, logTail: output.trim().split('\n').slice(-8) }
  if (exitCode === REFUSED) {
    throw new DrayError('PROXY_CONFIG_INVALID', `nginx in ${proxy.service} refuses its configuration.`, {
      details,
    })
  }
  throw new DrayError('PROXY_FAILED', `nginx in ${proxy.service} did not take its new configuration.`, {
    details: { ...(await logOf(engine, proxy)), ...(output.trim() === '' ? {} : details) },
  })
}

/** `ADDRESS NAME…` for a container that the proxy reaches: its names on a network that both are on. */
function hostsLine(container: Container, proxy: Container): string[] {
  const shared = container.networks.find(
    (network) => network.address !== '' && proxy.networks.some((it) => it.name === network.name),
  )
  if (shared === undefined) return []
  const names = shared.aliases.filter((alias) => alias !== container.name && !container.id.startsWith(alias))
  return [`${shared.address} ${[...new Set([container.service, ...names])].join(' ')}`]
}
