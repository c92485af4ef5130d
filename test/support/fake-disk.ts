import type { FileSystem } from '../../src/deploy/model/file-system.ts'
import type {
  DiskInventory,
  EngineDisk,
  StoredContainer,
  StoredImage,
  StoredVolume,
} from '../../src/deploy/model/disk/inventory.ts'

export const GB = 1e9
const DAY_MS = 86_400_000
/** When fake inventories are taken. */
export const TAKEN_AT_MS = Date.parse('2026-11-23T12:00:00Z')

/** What Docker holds on a fake host, and how full that is; change it, then deploy. */
export class FakeDisk implements EngineDisk {
  fileSystems: readonly FileSystem[] = [fakeFileSystem({ usedBytes: 10 * GB })]
  content: DiskInventory = fakeInventory()
  /** How often the Engine was asked. */
  asked = 0
  readonly #tell: (line: string) => Promise<void>

  constructor(tell: (line: string) => Promise<void>) {
    this.#tell = tell
  }

  async inventory(): Promise<DiskInventory> {
    this.asked += 1
    return this.content
  }

  async clearBuildCache(): Promise<number> {
    await this.#tell('clear-build-cache')
    return this.content.buildCache.freeBytes
  }

  async removeIdleContainer(id: string): Promise<boolean> {
    await this.#tell(`remove-idle ${id}`)
    return true
  }

  async removeNetwork(id: string): Promise<boolean> {
    await this.#tell(`remove-network ${id}`)
    return true
  }

  async removeVolume(name: string): Promise<boolean> {
    await this.#tell(`remove-volume ${name}`)
    return true
  }
}

/** Of 40 GB, for Docker and the app. */
export function fakeFileSystem(facts: Partial<FileSystem> & { usedBytes: number }): FileSystem {
  const totalBytes = facts.totalBytes ?? 40 * GB
  return {
    mount: '/',
    holds: ['Docker', 'the app'],
    totalBytes,
    availableBytes: totalBytes - facts.usedBytes,
    ...facts,
  }
}

export function fakeInventory(facts: Partial<DiskInventory> = {}): DiskInventory {
  return {
    takenAtMs: TAKEN_AT_MS,
    layersBytes: 0,
    images: [],
    containers: [],
    networks: [],
    volumes: [],
    buildCache: { freeBytes: 0, busyBytes: 0 },
    ...facts,
  }
}

/** An image of a gigabyte, unused for ten days. */
export function fakeStoredImage(id: string, facts: Partial<StoredImage> = {}): StoredImage {
  return {
    id,
    tags: [`${id}:latest`],
    digests: [],
    ownBytes: GB,
    touchedAtMs: TAKEN_AT_MS - 10 * DAY_MS,
    layers: [],
    ...facts,
  }
}

/** A container that runs, of no app. */
export function fakeStoredContainer(name: string, facts: Partial<StoredContainer> = {}): StoredContainer {
  return {
    id: `id ${name}`,
    name,
    project: undefined,
    directory: undefined,
    imageId: '',
    isPinned: true,
    isUp: true,
    idleSinceMs: TAKEN_AT_MS - 10 * DAY_MS,
    sizeBytes: 1_000_000,
    volumes: [],
    networks: [],
    log: { isUnlimited: false, path: undefined },
    ...facts,
  }
}

/** A volume of a gigabyte, ten days old. */
export function fakeVolume(name: string, facts: Partial<StoredVolume> = {}): StoredVolume {
  return {
    name,
    project: undefined,
    isAnonymous: /^[0-9a-f]{64}$/.test(name),
    sizeBytes: GB,
    createdAtMs: TAKEN_AT_MS - 10 * DAY_MS,
    ...facts,
  }
}
