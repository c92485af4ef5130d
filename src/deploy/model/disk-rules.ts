/** What may be done about the room on a host. */
export type DiskRules = {
  /** How full, in percent, the file system of the images may be before a deploy makes room on it. */
  limitPercent: number
  /** Unused volumes without a name may go; one with a name never does, by this. */
  anonymousVolumes: boolean
  /**
   * `none`: nothing is removed, and a pull that does not fit is refused. `safe`: what no app needs. `aggressive`: what the
   * whole `docker system prune -af --volumes` takes, but nothing of another app and no kept release.
   */
  sweep: 'none' | 'safe' | 'aggressive'
  /** Named volumes that an aggressive sweep may delete. */
  expendable: readonly string[]
}

export const defaultDiskRules: DiskRules = {
  limitPercent: 80,
  anonymousVolumes: false,
  sweep: 'safe',
  expendable: [],
}

const HOUR_MS = 3_600_000

/** How long an image is left alone after it was pulled, built or tagged: somebody is about to use it. */
export const imageGraceMs = HOUR_MS

/** The same for what has stopped, or is connected to nothing. */
export function idleGraceMs({ sweep }: DiskRules): number {
  return sweep === 'aggressive' ? HOUR_MS : 24 * HOUR_MS
}
