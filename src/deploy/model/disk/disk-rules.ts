/** What a deploy or `dray clean` may remove to free disk space on a host. */
export type DiskRules = {
  /** Percent used of the file system that holds the images, above which a deploy frees disk space. */
  limitPercent: number
  /** Whether unused anonymous volumes may be removed. Named volumes are not affected. */
  anonymousVolumes: boolean
  /**
   * `none`: remove nothing and refuse a pull that does not fit. `safe`: remove only what no app needs. `aggressive`: remove
   * what `docker system prune -af --volumes` removes, except what belongs to another app or an archived release.
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

/** How long an image stays after it was pulled, built or tagged: it is probably about to be used. */
export const imageGraceMs = HOUR_MS

/** The same for stopped containers, and for networks and volumes that nothing uses. */
export function idleGraceMs({ sweep }: DiskRules): number {
  return sweep === 'aggressive' ? HOUR_MS : 24 * HOUR_MS
}
