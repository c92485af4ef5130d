import type { DiskHost } from '../../../operations/disk/observe-disk.ts'
import type { ConnectedHost } from '../../command/connect-hosts.ts'

/** A connected host as `dray disk` and `dray clean` need it. */
export function diskHost({ target, archive }: ConnectedHost): DiskHost {
  const { name, directory, imageStore, engine } = target
  return { name, directory, imageStore, engine, archive, lock: (...request) => target.lock(...request) }
}
