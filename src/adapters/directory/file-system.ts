import type { FileSystem } from '../../deploy/model/file-system.ts'

/**
 * Lines of `df -P -k`, each with what it holds. Paths on one device are one file system, wherever it is mounted; a file
 * system without a device, such as an overlay, is identified by its mount.
 */
export function readFileSystems(outputs: readonly { holds: string; text: string }[]): FileSystem[] {
  const found = new Map<string, FileSystem>()
  for (const { holds, text } of outputs) {
    const line = text.split('\n').at(-1) ?? ''
    const [, source = '', total, used, available, mount] =
      /^(.+?)\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s+(.+)$/.exec(line) ?? []
    if (mount === undefined) continue
    const key = source.startsWith('/') ? source : mount
    const known = found.get(key)
    found.set(key, {
      mount: known?.mount ?? mount,
      holds: [...(known?.holds ?? []), holds],
      totalBytes: Number(total) * 1024,
      usedBytes: Number(used) * 1024,
      availableBytes: Number(available) * 1024,
    })
  }
  return [...found.values()]
}
