import { DrayError } from '../../errors/dray-error.ts'
import { logOf } from './container-log.ts'
import { promiseOfEvent } from './promise-of-event.ts'
import type { SwitchRequest, Switched } from './switch-request.ts'
import type { Engine, ExecResult } from '../model/ports.ts'
import type { Container } from '../model/container.ts'
import { proxyScript, READY, SWITCHED } from './switch-nginx-script.ts'

/** Exit codes of the proxy script. */
const REFUSED = 3
const STILL_BUSY = 5

/**
 * Makes the proxy send requests to `containers`; resolves when new workers serve. `drained` then resolves when requests to
 * other containers have finished, or `drainMs` have passed. Throws PROXY_CONFIG_INVALID if nginx rejects its configuration,
 * and PROXY_FAILED if it does not reload; the old workers then continue. An abort ends the wait, not the switch.
 */
export async function switchNginx(
  request: Pick<SwitchRequest, 'engine' | 'proxy' | 'containers' | 'drainMs' | 'signal'>,
): Promise<Switched> {
  const { engine, proxy, containers, drainMs, signal } = request
  const drainSeconds = Math.max(1, Math.ceil(drainMs / 1000))
  const lines = containers.flatMap((container) => hostsLine(container, proxy))
  const isRoot = isRootUser(proxy)
  if (!isRoot) await testAsOwnUser(engine, proxy)
  const how = isRoot ? 'self' : 'other'
  const argv = ['sh', '-c', proxyScript, 'dray', how, String(drainSeconds), ...lines]
  const { promise: switched, resolve: reportSwitched } = promiseOfEvent()
  const ended = engine.exec(proxy.id, argv, {
    user: '0',
    onLine: (line) => {
      if (line === SWITCHED) reportSwitched()
      // A failure ends the script by its time limit.
      if (line === READY) engine.exec(proxy.id, ['nginx', '-s', 'reload']).catch(() => undefined)
    },
  })
  const drained = ended.then((result) => readEnd(result, { engine, proxy }))
  // The caller that awaits it handles its failure; after a failed deploy there is no such caller.
  drained.catch(() => undefined)
  await Promise.race([switched, drained, rejectionBy(signal)])
  return { drained }
}

/** Whether a container's processes run as root. */
export function isRootUser({ user }: Container): boolean {
  return /^(root|0)?(:|$)/.test(user)
}

/**
 * Without capabilities, root may neither open the files of nginx's own user nor signal its processes: only `/etc/hosts` is
 * written by root then.
 */
async function testAsOwnUser(engine: Engine, proxy: Container): Promise<void> {
  const { exitCode, output } = await engine.exec(proxy.id, ['nginx', '-t'])
  if (exitCode !== 0) await readEnd({ exitCode: REFUSED, output }, { engine, proxy })
}

async function readEnd(
  { exitCode, output }: ExecResult,
  { engine, proxy }: { engine: Engine; proxy: Container },
): Promise<boolean> {
  if (exitCode === 0 || exitCode === STILL_BUSY) return exitCode === 0
  const details = { logOf: `nginx -t in ${proxy.name}`, logTail: output.trim().split('\n').slice(-8) }
  if (exitCode === REFUSED) {
    throw new DrayError('PROXY_CONFIG_INVALID', `nginx in ${proxy.service} rejected its configuration.`, {
      details,
    })
  }
  throw new DrayError('PROXY_FAILED', `nginx in ${proxy.service} did not load its new configuration.`, {
    details: { ...(await logOf(engine, proxy)), ...(output.trim() === '' ? {} : details) },
  })
}

/** Never resolves; rejects with the signal's reason. */
export function rejectionBy(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason as Error)
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

/**
 * `ADDRESS NAME…` for a container that shares a network with the proxy: its names on that network. The proxy may use the
 * container's own name, which a `container_name` makes permanent.
 */
export function hostsLine(container: Container, proxy: Container): string[] {
  const shared = container.networks.find(
    (network) => network.address !== '' && proxy.networks.some((it) => it.name === network.name),
  )
  if (shared === undefined) return []
  // The Engine adds the first 12 digits of the id as an alias. A short name such as `be` may begin an id by chance.
  const isId = (name: string): boolean => name.length >= 12 && container.id.startsWith(name)
  const names = [container.name, ...shared.aliases].filter((name) => !isId(name))
  return [`${shared.address} ${[...new Set([container.service, ...names])].join(' ')}`]
}
