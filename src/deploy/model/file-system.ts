/** A file system of the host that the app needs. */
export type FileSystem = {
  mount: string
  /** What of ours lies there: `Docker` for its images, `the app` for the app's directory. */
  holds: readonly string[]
  totalBytes: number
  usedBytes: number
  /** What an ordinary user may still write. */
  availableBytes: number
}

/** How full a file system is to an ordinary user, as `df` rounds it. */
export function usedPercent({ usedBytes, availableBytes }: FileSystem): number {
  return usedBytes === 0 ? 0 : Math.ceil((100 * usedBytes) / (usedBytes + availableBytes))
}

/** The file system that images are pulled onto; undefined where it could not be measured. */
export function imageFileSystem(fileSystems: readonly FileSystem[]): FileSystem | undefined {
  return fileSystems.find(({ holds }) => holds.includes('Docker'))
}
