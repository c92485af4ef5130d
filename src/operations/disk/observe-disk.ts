import type { ReleaseArchive } from '../../deploy/releases/release-archive.ts'
import { newestRelease, type Release } from '../../deploy/model/release.ts'
import type { Engine, TargetHost } from '../../deploy/model/ports.ts'
import type { DiskRules } from '../../deploy/model/disk/disk-rules.ts'
import type { DiskThing } from '../../deploy/model/disk/disk-thing.ts'
import type { FileSystem } from '../../deploy/model/file-system.ts'
import type { DiskInventory } from '../../deploy/model/disk/inventory.ts'
import { judgeDisk } from '../../deploy/plan/disk/judge-disk.ts'
import { findNeededByReleases } from '../../deploy/plan/disk/needed-there.ts'

/** A host with the adapters needed to read its disk use. */
export type DiskHost = Pick<TargetHost, 'name' | 'directory' | 'imageStore' | 'lock'> & {
  engine: Pick<Engine, 'disk' | 'images' | 'usedImageIds' | 'removeImage'>
  archive: ReleaseArchive
}

/** Everything that uses disk space on a host, with decisions for one app. */
export type HostDiskObservation = {
  host: string
  /** The app's Compose project. */
  project: string
  /** Recorded releases, oldest first. */
  releases: readonly Release[]
  inventory: DiskInventory
  fileSystems: readonly FileSystem[]
  things: readonly DiskThing[]
}

/** Reads the disk use of a host. Read-only. Throws what the Engine and the archive throw. */
export async function observeDisk(
  host: DiskHost,
  { app, rules, signal }: { app: string; rules: DiskRules; signal: AbortSignal },
): Promise<HostDiskObservation> {
  const [{ releases }, inventory, fileSystems] = await Promise.all([
    host.archive.read(1, signal),
    host.engine.disk.inventory(signal),
    measure(host),
  ])
  const project = newestRelease(releases)?.project ?? app
  const things = judgeDisk(inventory, findNeededByReleases(project, releases), rules)
  return { host: host.name, project, releases, inventory, fileSystems, things }
}

/** The file systems of the images and of the app. */
export async function measure(
  host: Pick<DiskHost, 'imageStore' | 'directory'>,
): Promise<readonly FileSystem[]> {
  const { roots } = await host.imageStore
  return (await host.directory.survey({ files: [], imageRoots: roots })).fileSystems
}
