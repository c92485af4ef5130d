import { awaitCallsEnd } from './await-calls-end.ts'
import { listCallerLines } from './hosts-lines.ts'
import type { SwitchRequest, Switched } from './switch-request.ts'

/** A caller may keep a connection in use until it ends, and dray cannot make it open another one. */
const LIMIT_MS = 5_000

/**
 * Sends what a container of the app requests of others, past every proxy, to `containers` from now on: new connections, by names
 * in its `/etc/hosts`. `drained` resolves when those to `leaving` have ended; if dray may not close idle ones, five seconds after the
 * program has read the file at most. Without a shell there, or a file that can be written, nothing changes: it then finds the
 * containers by Docker's DNS.
 */
export async function switchCaller(request: SwitchRequest): Promise<Switched> {
  const { proxy, containers, leaving = [], drainMs, pins, pinMs, clock, signal } = request
  const isPinned = await pins.trySet(proxy, listCallerLines(containers, proxy), signal)
  if (!isPinned) return { drained: Promise.resolve(true), left: `${proxy.service} keeps what DNS returns` }
  const awaitEnd = async (): Promise<boolean> => {
    await clock.sleep(pinMs, signal)
    const limited = { ...request, drainMs: Math.min(drainMs, LIMIT_MS) }
    // The caller may have ended. `stop-old` says how many connections are open then.
    await (request.close?.() ?? awaitCallsEnd(leaving, limited)).catch(() => undefined)
    return true
  }
  const drained = awaitEnd()
  // The caller that awaits it handles its failure; after a failed deploy there is no such caller.
  drained.catch(() => undefined)
  return { drained }
}
