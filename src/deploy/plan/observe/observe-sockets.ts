import type { AppModel } from '../../model/app-model.ts'
import { isRunning, type Container } from '../../model/container.ts'
import type { Engine } from '../../model/ports.ts'

/**
 * The unix sockets on volumes and mounted directories that containers of services listen on, one by service: a second container
 * would take its path over, and remove it when it stops. A container without `cat` is taken to have none. Throws what the Engine
 * throws.
 */
export async function observeSockets(
  { services }: AppModel,
  containers: readonly Container[],
  engine: Pick<Engine, 'exec'>,
): Promise<ReadonlyMap<string, string>> {
  const asked = containers.filter(
    (it) =>
      isRunning(it) &&
      !it.oneOff &&
      it.mountPoints !== undefined &&
      // In another network namespace there are sockets of others.
      services.some(({ name, networkMode }) => name === it.service && networkMode === undefined),
  )
  const found = await Promise.all(
    asked.map(async ({ id, service, mountPoints = [] }) => {
      const { exitCode, output } = await engine.exec(id, ['cat', '/proc/net/unix'])
      const paths = exitCode === 0 ? readListening(output) : []
      return paths
        .filter((path) => mountPoints.some((point) => clean(path).startsWith(`${clean(point)}/`)))
        .map((path): [string, string] => [service, path])
    }),
  )
  return new Map(found.flat())
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
