import type { FileSystem } from './host-look.ts'

/** From here on the room is called short. */
export const SHORT_PERCENT = 80

/** How full a file system is to an ordinary user, as `df` rounds it. */
export function diskPercent({ usedBytes, availableBytes }: FileSystem): number {
  return usedBytes === 0 ? 0 : Math.ceil((100 * usedBytes) / (usedBytes + availableBytes))
}
