/** Everything that Docker stores on a host, as its Engine reports it. Sizes are in bytes. */
export type DiskInventory = {
  /** Time on the host's own clock, in milliseconds since the epoch. */
  takenAtMs: number
  /** Size of all image layers, shared ones counted once. */
  layersBytes: number
  images: readonly StoredImage[]
  containers: readonly StoredContainer[]
  networks: readonly StoredNetwork[]
  volumes: readonly StoredVolume[]
  buildCache: {
    /** Not used by a running build or an image. */
    freeBytes: number
    /** Used by running builds. */
    busyBytes: number
  }
}

export type StoredImage = {
  id: string
  /** Its `repo:tag` names on this host. */
  tags: readonly string[]
  /** Its `repo@sha256:…` names on this host. */
  digests: readonly string[]
  /** Bytes that its removal frees, an estimate with containerd's store; the rest is shared with other images. */
  ownBytes: number
  /** Last time it was built, tagged, pulled or loaded, as far as the Engine knows; milliseconds since the epoch. */
  touchedAtMs: number
  /** Digests of its unpacked layers. */
  layers: readonly string[]
}

export type StoredContainer = {
  id: string
  name: string
  /** Its Compose project or its stack; undefined if neither created it. */
  project: string | undefined
  /** `project` is a stack of a swarm. */
  isOfStack?: boolean
  /** The directory that Compose created it from; undefined if Compose did not create it. */
  directory: string | undefined
  imageId: string
  /** Its image is named by digest, as in dray's override file. */
  isPinned: boolean
  /** It is running, paused or restarting. */
  isUp: boolean
  /** When it stopped, in milliseconds since the epoch. */
  idleSinceMs: number
  /** Bytes it wrote on top of its image. */
  sizeBytes: number
  volumes: readonly string[]
  networks: readonly string[]
  log: {
    /** The log driver's file has no size limit. */
    isUnlimited: boolean
    /** Path of the log file on the host; undefined if the driver writes none. */
    path: string | undefined
  }
}

export type StoredNetwork = {
  id: string
  name: string
  project: string | undefined
  isOfStack?: boolean
  createdAtMs: number
}

export type StoredVolume = {
  name: string
  project: string | undefined
  isOfStack?: boolean
  /** Docker chose its name, so nothing refers to it by name. */
  isAnonymous: boolean
  /** Undefined if the volume driver does not report it. */
  sizeBytes: number | undefined
  createdAtMs: number
}

/** The functions of an Engine that freeing disk space needs. */
export interface EngineDisk {
  /**
   * Reads everything. The Engine then measures all its volumes, which may take seconds: call it only if disk space is short
   * or a user asked.
   */
  inventory(signal?: AbortSignal): Promise<DiskInventory>
  /** Removes the build cache, except what a running build uses. Returns bytes freed. */
  clearBuildCache(): Promise<number>
  /** Removes a stopped container. False if it no longer exists or is running again. */
  removeIdleContainer(id: string): Promise<boolean>
  /** False if it no longer exists or is in use. */
  removeNetwork(id: string): Promise<boolean>
  /** False if it no longer exists or is in use. */
  removeVolume(name: string): Promise<boolean>
}

/** How and where an Engine stores images. */
export type ImageStore = {
  /** Candidate directories on the host; the first that exists is used. */
  roots: readonly string[]
  /** It keeps the compressed layers as well as the unpacked ones. */
  keepsPacked: boolean
}
