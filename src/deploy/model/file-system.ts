/** A file system of the host that the app needs. */
export type FileSystem = {
  mount: string
  /** What it stores: `Docker` for the images, `the app` for the app's directory. */
  holds: readonly string[]
  totalBytes: number
  usedBytes: number
  /** Space that an ordinary user can still write. */
  availableBytes: number
}

/** Percent used from an ordinary user's view, rounded as `df` does. */
export function usedPercent({ usedBytes, availableBytes }: FileSystem): number {
  return usedBytes === 0 ? 0 : Math.ceil((100 * usedBytes) / (usedBytes + availableBytes))
}

/** The file system that images are pulled to; undefined if it could not be measured. */
export function imageFileSystem(fileSystems: readonly FileSystem[]): FileSystem | undefined {
  return fileSystems.find(({ holds }) => holds.includes('Docker'))
}
