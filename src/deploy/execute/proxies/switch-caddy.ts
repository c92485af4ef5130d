import { awaitCallsEnd } from './await-calls-end.ts'
import { listHostsLines } from './hosts-lines.ts'
import { caddyScript } from './switch-caddy-script.ts'
import type { SwitchRequest, Switched } from './switch-request.ts'
import { runSwitchScript, testConfiguration, wholeSeconds } from './switch-script.ts'

/**
 * Makes Caddy send requests to `containers`; resolves when the new configuration serves. `drained` then resolves when the
 * requests of the clients from before have finished, or `drainMs` have passed. Throws PROXY_CONFIG_INVALID if Caddy rejects
 * its configuration, with nothing changed, and PROXY_FAILED if it does not reload. The names stay pinned. With `leaving` it does
 * not reload, and the requests to these are waited for.
 */
export async function switchCaddy(request: SwitchRequest): Promise<Switched> {
  const { engine, proxy, containers, drainMs, signal, pins, pinMs, clock } = request
  const target = { engine, proxy, program: 'caddy', signal }
  const argvOf = (how: string): string[] => ['sh', '-c', caddyScript, 'dray', how, wholeSeconds(drainMs)]
  if (request.leaving === undefined) await testConfiguration(argvOf('test'), target, { user: '0' })
  const lines = containers.flatMap((container) => listHostsLines(container, proxy))
  if (lines.length > 0) {
    await pins.set(proxy, lines)
    await clock.sleep(pinMs, signal)
  }
  if (request.leaving === undefined) return runSwitchScript(argvOf('switch'), target)
  const drained = awaitCallsEnd(request.leaving, request)
  // The caller that awaits it handles its failure; after a failed deploy there is no such caller.
  drained.catch(() => undefined)
  return { drained }
}
