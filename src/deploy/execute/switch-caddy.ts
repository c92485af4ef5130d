import { DrayError } from '../../errors/dray-error.ts'
import type { Engine, ExecResult } from '../model/ports.ts'
import type { Container } from '../model/container.ts'
import { logOf } from './container-log.ts'
import type { SwitchRequest, Switched } from './switch-request.ts'
import { promiseOfEvent } from './promise-of-event.ts'
import { caddyScript } from './switch-caddy-script.ts'
import { hostsLine, rejectionBy } from './switch-nginx.ts'
import { SWITCHED } from './switch-nginx-script.ts'

/** Exit codes of the script. */
const REFUSED = 3
const STILL_BUSY = 5

/**
 * Makes Caddy send requests to `containers`; resolves when the new configuration serves. `drained` then resolves when the
 * requests of the clients from before have finished, or `drainMs` have passed. Throws PROXY_CONFIG_INVALID if Caddy rejects
 * its configuration, with nothing changed, and PROXY_FAILED if it does not reload. The names stay pinned.
 */
export async function switchCaddy(request: SwitchRequest): Promise<Switched> {
  const { engine, proxy, containers, drainMs, signal, pins, pinMs, clock } = request
  const seconds = String(Math.max(1, Math.ceil(drainMs / 1000)))
  const tested = await engine.exec(proxy.id, ['sh', '-c', caddyScript, 'dray', 'test', seconds], ROOT)
  if (tested.exitCode !== 0) throw await explain(tested, { engine, proxy })
  const lines = containers.flatMap((container) => hostsLine(container, proxy))
  if (lines.length > 0) {
    await pins.set(proxy, lines)
    await clock.sleep(pinMs, signal)
  }
  const { promise: switched, resolve: reportSwitched } = promiseOfEvent()
  const ended = engine.exec(proxy.id, ['sh', '-c', caddyScript, 'dray', 'switch', seconds], {
    ...ROOT,
    onLine: (line) => {
      if (line === SWITCHED) reportSwitched()
    },
  })
  const drained = ended.then(async (result) => {
    if (result.exitCode !== 0 && result.exitCode !== STILL_BUSY)
      throw await explain(result, { engine, proxy })
    return result.exitCode === 0
  })
  // The caller that awaits it handles its failure; after a failed deploy there is no such caller.
  drained.catch(() => undefined)
  await Promise.race([switched, drained, rejectionBy(signal)])
  return { drained }
}

const ROOT = { user: '0' } as const

async function explain(
  { exitCode, output }: ExecResult,
  { engine, proxy }: { engine: Engine; proxy: Container },
): Promise<DrayError> {
  const details = { logOf: `caddy in ${proxy.name}`, logTail: output.trim().split('\n').slice(-8) }
  if (exitCode === REFUSED) {
    return new DrayError('PROXY_CONFIG_INVALID', `caddy in ${proxy.service} rejected its configuration.`, {
      details,
    })
  }
  return new DrayError('PROXY_FAILED', `caddy in ${proxy.service} did not load its new configuration.`, {
    details: { ...(await logOf(engine, proxy)), ...(output.trim() === '' ? {} : details) },
  })
}
