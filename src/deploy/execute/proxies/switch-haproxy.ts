import { listHostsLines } from './hosts-lines.ts'
import { haproxyScript } from './switch-haproxy-script.ts'
import type { SwitchRequest, Switched } from './switch-request.ts'
import { isRootUser, runSwitchScript, testConfiguration, wholeSeconds } from './switch-script.ts'

/**
 * Makes HAProxy send requests to `containers`; resolves when a new worker runs. `drained` then resolves when the old workers
 * have exited, or `drainMs` have passed. Throws PROXY_CONFIG_INVALID if HAProxy rejects its configuration, and PROXY_FAILED
 * if it does not reload; the old workers then continue. An abort ends the wait, not the switch.
 */
export async function switchHaproxy(
  request: Pick<SwitchRequest, 'engine' | 'proxy' | 'containers' | 'drainMs' | 'signal'>,
): Promise<Switched> {
  const { engine, proxy, containers, drainMs, signal } = request
  const target = { engine, proxy, program: 'haproxy', signal }
  const argvOf = (how: string, lines: readonly string[] = []): string[] => {
    return ['sh', '-c', haproxyScript, 'dray', how, wholeSeconds(drainMs), ...lines]
  }
  const lines = containers.flatMap((container) => listHostsLines(container, proxy))
  const isRoot = isRootUser(proxy)
  if (!isRoot) await testConfiguration(argvOf('test'), target)
  return runSwitchScript(argvOf(isRoot ? 'self' : 'other', lines), target, () =>
    engine.exec(proxy.id, argvOf('reload')),
  )
}
