import { packTar } from 'modern-tar'

/** A tar of files, for `tar -x` on a host. Paths are relative and stay below the target directory. */
export function tarOf(
  files: readonly { path: string; content: Uint8Array | string; mode?: number }[],
): Promise<Uint8Array> {
  return packTar(
    files.map(({ path, content, mode }) => {
      const body = typeof content === 'string' ? new TextEncoder().encode(content) : content
      return {
        header: {
          name: path,
          size: body.length,
          mode: mode ?? 0o644,
          mtime: new Date(0),
          type: 'file' as const,
        },
        body,
      }
    }),
  )
}
