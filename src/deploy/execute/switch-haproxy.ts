import { DrayError } from '../../errors/dray-error.ts'
import type { Container } from '../model/container.ts'
import type { Engine, ExecResult } from '../model/ports.ts'
import { logOf } from './container-log.ts'
import { promiseOfEvent } from './promise-of-event.ts'
import { haproxyScript } from './switch-haproxy-script.ts'
import { hostsLine, isRootUser, rejectionBy } from './switch-nginx.ts'
import { READY, SWITCHED } from './switch-nginx-script.ts'
import type { SwitchRequest, Switched } from './switch-request.ts'

/** Exit codes of the script. */
const REFUSED = 3
const STILL_BUSY = 5

/**
 * Makes HAProxy send requests to `containers`; resolves when a new worker runs. `drained` then resolves when the old workers
 * have exited, or `drainMs` have passed. Throws PROXY_CONFIG_INVALID if HAProxy rejects its configuration, and PROXY_FAILED
 * if it does not reload; the old workers then continue. An abort ends the wait, not the switch.
 */
export async function switchHaproxy(
  request: Pick<SwitchRequest, 'engine' | 'proxy' | 'containers' | 'drainMs' | 'signal'>,
): Promise<Switched> {
  const { engine, proxy, containers, drainMs, signal } = request
  const limit = String(Math.max(1, Math.ceil(drainMs / 1000)))
  const argvOf = (how: string, lines: readonly string[] = []): string[] => {
    return ['sh', '-c', haproxyScript, 'dray', how, limit, ...lines]
  }
  const isRoot = isRootUser(proxy)
  if (!isRoot) await readEnd(await engine.exec(proxy.id, argvOf('test')), { engine, proxy })
  const { promise: switched, resolve: reportSwitched } = promiseOfEvent()
  const lines = containers.flatMap((container) => hostsLine(container, proxy))
  const ended = engine.exec(proxy.id, argvOf(isRoot ? 'self' : 'other', lines), {
    user: '0',
    onLine: (line) => {
      if (line === SWITCHED) reportSwitched()
      // A failure ends the script by its time limit.
      if (line === READY) engine.exec(proxy.id, argvOf('reload')).catch(() => undefined)
    },
  })
  const drained = ended.then((result) => readEnd(result, { engine, proxy }))
  // The caller that awaits it handles its failure; after a failed deploy there is no such caller.
  drained.catch(() => undefined)
  await Promise.race([switched, drained, rejectionBy(signal)])
  return { drained }
}

async function readEnd(
  { exitCode, output }: ExecResult,
  { engine, proxy }: { engine: Engine; proxy: Container },
): Promise<boolean> {
  if (exitCode === 0 || exitCode === STILL_BUSY) return exitCode === 0
  const details = { logOf: `haproxy in ${proxy.name}`, logTail: output.trim().split('\n').slice(-8) }
  if (exitCode === REFUSED) {
    throw new DrayError('PROXY_CONFIG_INVALID', `haproxy in ${proxy.service} rejected its configuration.`, {
      details,
    })
  }
  throw new DrayError('PROXY_FAILED', `haproxy in ${proxy.service} did not load its new configuration.`, {
    details: { ...(await logOf(engine, proxy)), ...(output.trim() === '' ? {} : details) },
  })
}
