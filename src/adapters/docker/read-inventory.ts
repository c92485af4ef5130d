import { readImageNames } from './image-names.ts'
import type { DiskInventory, StoredContainer, StoredImage } from '../../deploy/model/disk/inventory.ts'
import type {
  DiskAnswer,
  IdleAnswer,
  ImageDetails,
  NetworkAnswer,
  UnpackedAnswer,
} from './inventory-answers.ts'

/** Milliseconds since the epoch by image id, or by the name it was pulled with. */
export type ImageTouches = ReadonlyMap<string, number>

/** Combines the Engine's answers. Containers without details were removed meanwhile. */
export function readInventory(told: {
  takenAtMs: number
  disk: DiskAnswer
  networks: readonly NetworkAnswer[]
  unpacked: readonly UnpackedAnswer[]
  touches: ImageTouches
  images: ReadonlyMap<string, ImageDetails>
  containers: ReadonlyMap<string, IdleAnswer>
}): DiskInventory {
  const { takenAtMs, disk, networks, unpacked, touches, images, containers } = told
  const unpackedById = new Map(unpacked.map((it) => [it.Id, unpackedBytes(it)]))
  return {
    takenAtMs,
    layersBytes: disk.LayersSize ?? 0,
    images: disk.Images.map((image) => ({
      ...readImage(image, images.get(image.Id), touches),
      ownBytes: ownBytes(image, unpackedById.get(image.Id)),
    })),
    containers: disk.Containers.flatMap((container) => {
      const details = containers.get(container.Id)
      return details === undefined ? [] : [readContainer(container, details)]
    }),
    networks: networks.filter(isRemovable).map(({ Id, Name, Labels, Created }) => ({
      id: Id,
      name: Name,
      ...ownerOf(Labels),
      createdAtMs: timeOf(Created),
    })),
    volumes: disk.Volumes.map(({ Name, Labels, CreatedAt, UsageData }) => ({
      name: Name,
      ...ownerOf(Labels),
      isAnonymous: /^[0-9a-f]{64}$/.test(Name),
      sizeBytes: UsageData && UsageData.Size >= 0 ? UsageData.Size : undefined,
      createdAtMs: timeOf(CreatedAt),
    })),
    buildCache: {
      freeBytes: cacheBytes(disk, ({ InUse, Shared }) => !InUse && !Shared),
      busyBytes: cacheBytes(disk, ({ InUse, Shared }) => InUse && !Shared),
    },
  }
}

function readImage(
  image: DiskAnswer['Images'][number],
  details: ImageDetails | undefined,
  touches: ImageTouches,
): Omit<StoredImage, 'ownBytes'> {
  const { tags, digests } = readImageNames(image)
  const told = [image.Id, ...tags, ...digests].map((name) => touches.get(name) ?? 0)
  return {
    id: image.Id,
    tags,
    digests,
    touchedAtMs: Math.max(image.Created * 1000, timeOf(details?.Metadata?.LastTagTime), ...told),
    layers: details?.RootFS?.Layers ?? [],
  }
}

/**
 * What no other image has. `SharedSize` counts unpacked layers alone, as Engine 28.5 does for both of its stores; containerd's keeps
 * them packed as well, which `Size` has, and no answer says how much of that is shared: it counts by the share of the unpacked ones.
 */
function ownBytes(
  { Size: size, SharedSize }: DiskAnswer['Images'][number],
  unpackedThere: number | undefined,
): number {
  // Of one that was never unpacked nothing is known.
  const unpacked = unpackedThere === undefined || unpackedThere === 0 ? size : Math.min(size, unpackedThere)
  const own = Math.max(0, unpacked - Math.max(0, SharedSize))
  return unpacked === 0 ? 0 : Math.round((size * own) / unpacked)
}

/** Undefined if the Engine does not keep packed layers, or does not say. */
function unpackedBytes({ Manifests }: UnpackedAnswer): number | undefined {
  const sizes = Manifests.flatMap(({ ImageData }) => ImageData?.Size?.Unpacked ?? [])
  return sizes.length === 0 ? undefined : sizes.reduce((sum, bytes) => sum + bytes, 0)
}

function readContainer(container: DiskAnswer['Containers'][number], details: IdleAnswer): StoredContainer {
  const { Status, FinishedAt } = details.State
  const { Type: driver, Config: config } = details.HostConfig.LogConfig
  return {
    id: container.Id,
    name: details.Name.replace(/^\//, ''),
    ...ownerOf(container.Labels),
    directory: container.Labels?.['com.docker.compose.project.working_dir'] || undefined,
    imageId: container.ImageID,
    isPinned: details.Config.Image.includes('@sha256:'),
    isUp: ['running', 'paused', 'restarting', 'removing'].includes(Status),
    // A container that never ran has the zero time, in the year 1.
    idleSinceMs: timeOf(FinishedAt) || timeOf(details.Created),
    sizeBytes: container.SizeRw ?? 0,
    volumes: container.Mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : [])),
    networks: Object.keys(container.NetworkSettings?.Networks ?? {}),
    log: {
      isUnlimited: driver === 'json-file' && config?.['max-size'] === undefined,
      path: details.LogPath || undefined,
    },
  }
}

/** Docker's own three networks and those of a swarm are never candidates for removal. */
function isRemovable({ Name, Scope }: NetworkAnswer): boolean {
  return Scope === 'local' && !['bridge', 'host', 'none'].includes(Name)
}

function cacheBytes(
  { BuildCache: records }: DiskAnswer,
  counts: (record: DiskAnswer['BuildCache'][number]) => boolean,
): number {
  return records.filter(counts).reduce((sum, { Size }) => sum + Size, 0)
}

/** Its Compose project, or its stack. */
function ownerOf(
  labels: Readonly<Record<string, string>> | null | undefined,
): Pick<StoredContainer, 'project' | 'isOfStack'> {
  const project = labels?.['com.docker.compose.project']
  const stack = labels?.['com.docker.stack.namespace']
  return project === undefined && stack !== undefined ? { project: stack, isOfStack: true } : { project }
}

/** Milliseconds since the epoch; 0 for a missing time and for the Engine's zero time. */
function timeOf(text: string | null | undefined): number {
  return Math.max(0, Date.parse(text ?? '') || 0)
}
