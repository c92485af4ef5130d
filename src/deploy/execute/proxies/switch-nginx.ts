import { hostsLine } from './hosts-line.ts'
import { proxyScript } from './switch-nginx-script.ts'
import type { SwitchRequest, Switched } from './switch-request.ts'
import { isRootUser, runSwitchScript, testConfiguration, wholeSeconds } from './switch-script.ts'

/**
 * Makes the proxy send requests to `containers`; resolves when new workers serve. `drained` then resolves when requests to
 * other containers have finished, or `drainMs` have passed. Throws PROXY_CONFIG_INVALID if nginx rejects its configuration,
 * and PROXY_FAILED if it does not reload; the old workers then continue. An abort ends the wait, not the switch.
 */
export async function switchNginx(
  request: Pick<SwitchRequest, 'engine' | 'proxy' | 'containers' | 'drainMs' | 'signal'>,
): Promise<Switched> {
  const { engine, proxy, containers, drainMs, signal } = request
  const target = { engine, proxy, program: 'nginx', signal }
  const lines = containers.flatMap((container) => hostsLine(container, proxy))
  const isRoot = isRootUser(proxy)
  // Without capabilities, root may neither open the files of nginx's own user nor signal its processes: only `/etc/hosts` is
  // written by root then.
  if (!isRoot) await testConfiguration(['sh', '-c', 'nginx -t 2>&1 || exit 3'], target)
  const argv = ['sh', '-c', proxyScript, 'dray', isRoot ? 'self' : 'other', wholeSeconds(drainMs), ...lines]
  return runSwitchScript(argv, target, () => engine.exec(proxy.id, ['nginx', '-s', 'reload']))
}
