/** All that takes room on a host by Docker's doing, as its Engine tells it; nothing is judged yet. Sizes are in bytes. */
export type DiskInventory = {
  /** The host's own clock, in milliseconds since the epoch. */
  takenAtMs: number
  /** Of all images, what they share counted once. */
  layersBytes: number
  images: readonly StoredImage[]
  containers: readonly StoredContainer[]
  networks: readonly StoredNetwork[]
  volumes: readonly StoredVolume[]
  buildCache: {
    /** No build that runs uses it, and no image. */
    freeBytes: number
    /** Builds that run at the moment use it. */
    busyBytes: number
  }
}

export type StoredImage = {
  id: string
  /** `repo:tag` names it has here. */
  tags: readonly string[]
  /** `repo@sha256:…` names it has here. */
  digests: readonly string[]
  /** What would be free without it: the rest it shares with other images. */
  ownBytes: number
  /** When it was last built, tagged, pulled or loaded, as far as the Engine remembers; milliseconds since the epoch. */
  touchedAtMs: number
  /** Digests of its layers as they are when unpacked. */
  layers: readonly string[]
}

export type StoredContainer = {
  id: string
  name: string
  /** Its Compose project; undefined for one that Compose did not make. */
  project: string | undefined
  imageId: string
  /** It runs, is paused or starts again. */
  isUp: boolean
  /** Since when it is not up, in milliseconds since the epoch. */
  idleSinceMs: number
  /** What it wrote beside its image. */
  sizeBytes: number
  volumes: readonly string[]
  networks: readonly string[]
  log: {
    /** Its driver keeps a file that grows without end. */
    isUnlimited: boolean
    /** Where the file is on the host; undefined where the driver keeps none. */
    path: string | undefined
  }
}

export type StoredNetwork = {
  id: string
  name: string
  project: string | undefined
  createdAtMs: number
}

export type StoredVolume = {
  name: string
  project: string | undefined
  /** Docker gave it its name, and nobody can ask for it by that. */
  isAnonymous: boolean
  /** Undefined where its driver does not tell. */
  sizeBytes: number | undefined
  createdAtMs: number
}

/** What of an Engine the guard and `dray clean` need. */
export interface EngineDisk {
  /**
   * Everything there is. It makes the Engine walk its volumes, which may take seconds: only asked where room is short, or
   * a person wants to know.
   */
  inventory(signal?: AbortSignal): Promise<DiskInventory>
  /** Removes what builds left behind; what a build uses meanwhile stays. Gives bytes. */
  clearBuildCache(): Promise<number>
  /** Removes a container that is not up. False when it is gone, or up again. */
  removeIdleContainer(id: string): Promise<boolean>
  /** False when it is gone already, or in use. */
  removeNetwork(id: string): Promise<boolean>
  /** False when it is gone already, or in use. */
  removeVolume(name: string): Promise<boolean>
}

/** Where and how an Engine keeps images. */
export type ImageStore = {
  /** Directories of the host; the first that is there is the one. */
  roots: readonly string[]
  /** It keeps the layers as they were pulled beside the unpacked ones. */
  keepsPacked: boolean
}
