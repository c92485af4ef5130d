/** Lines of `sha256sum`, by path. GNU's begin with a backslash where it escaped those of the path. */
export function readHashes(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, escaped, hash, path] = /^(\\?)([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? []
      if (hash === undefined || path === undefined) return []
      return [[escaped === '' ? path : path.replaceAll('\\\\', '\\'), hash]]
    }),
  )
}
