import { readNginx, readNginxConfiguration } from '../../model/proxies/nginx-configuration.ts'
import { listHostsLines } from './hosts-lines.ts'
import { proxyScript } from './switch-nginx-script.ts'
import type { SwitchRequest, Switched } from './switch-request.ts'
import { isRootUser, runSwitchScript, testConfiguration, wholeSeconds } from './switch-script.ts'

const RELOAD = ['nginx', '-s', 'reload']

/**
 * Makes the proxy send requests to `containers`; resolves when new workers serve. `drained` then resolves when requests to
 * other containers have finished, or `drainMs` have passed. Throws PROXY_CONFIG_INVALID if nginx rejects its configuration,
 * and PROXY_FAILED if it does not reload; the old workers then continue. An abort ends the wait, not the switch. With
 * `pinFile`, the names stay pinned; nginx looks them up again when the pins end.
 */
export async function switchNginx(
  request: Pick<SwitchRequest, 'engine' | 'proxy' | 'containers' | 'drainMs' | 'signal' | 'pinFile'> &
    Partial<Pick<SwitchRequest, 'pins'>>,
): Promise<Switched> {
  const { engine, proxy, containers, drainMs, signal, pins, pinFile } = request
  const target = { engine, proxy, program: 'nginx', signal }
  const lines = containers.flatMap((container) => listHostsLines(container, proxy))
  const isRoot = isRootUser(proxy)
  // Without capabilities, root may neither open the files of nginx's own user nor signal its processes: only `/etc/hosts` is
  // written by root then.
  if (!isRoot) await testConfiguration(['sh', '-c', 'nginx -t 2>&1 || exit 3'], target)
  const isPinned = pins !== undefined && pinFile !== undefined && lines.length > 0
  if (isPinned) await pins.set(proxy, lines, RELOAD)
  const pinned = isPinned ? [pinFile, ...(await describeGroups(lines, target))] : ['', '', '']
  const argv = [
    ...['sh', '-c', proxyScript, 'dray', isRoot ? 'self' : 'other', wholeSeconds(drainMs)],
    ...pinned,
    ...(isPinned ? [] : lines),
  ]
  return runSwitchScript(argv, target, () => engine.exec(proxy.id, RELOAD))
}

/**
 * The names of the lines, and the ports at which nginx may look for them. A name of an `upstream` in its configuration is left
 * out: there, nginx needs no address.
 */
async function describeGroups(
  lines: readonly string[],
  { engine, proxy }: Pick<SwitchRequest, 'engine' | 'proxy'>,
): Promise<[string, string]> {
  const { groups, ports } = (await readNginx(proxy, engine)) ?? readNginxConfiguration('')
  const names = lines.flatMap((line) => line.split(' ').slice(1)).filter((name) => !groups.includes(name))
  return [[...new Set(names)].join(' '), ports.join(' ')]
}
