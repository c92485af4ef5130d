import type { AppModel } from '../../model/app-model.ts'
import { isRunning, type Container } from '../../model/container.ts'

/**
 * The unix sockets on volumes and mounted directories that containers of services listen on, one by service: a second container
 * would take its path over, and remove it when it stops. `tables`: of the containers, by id.
 */
export function findSockets(
  { services }: AppModel,
  containers: readonly Container[],
  tables: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const asked = containers.filter(
    (it) =>
      isRunning(it) &&
      !it.oneOff &&
      it.mountPoints !== undefined &&
      // In another network namespace there are sockets of others.
      services.some(({ name, networkMode }) => name === it.service && networkMode === undefined),
  )
  const found = asked.flatMap(({ id, service, mountPoints = [] }) =>
    readListening(tables.get(id) ?? '')
      .filter((path) => mountPoints.some((point) => clean(path).startsWith(`${clean(point)}/`)))
      .map((path): [string, string] => [service, path]),
  )
  return new Map(found)
}

/** Paths on which something listens. Bit 16 of the flags: `__SO_ACCEPTCON` in include/uapi/linux/net.h. */
function readListening(table: string): string[] {
  return [...table.matchAll(/^\S+: \S+ \S+ ([0-9A-F]{8}) \S+ \S+ +\d+ (\/.+)$/gm)].flatMap(
    ([, flags = '0', path = '']) => (Number.parseInt(flags, 16) & 0x1_00_00 ? [path] : []),
  )
}

/** The usual link. */
function clean(path: string): string {
  return path.replace(/^\/var\/run\//, '/run/').replace(/\/$/, '')
}
