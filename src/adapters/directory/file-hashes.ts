/** Output lines of `sha256sum` by path. GNU's lines begin with a backslash if the path contains escapes. */
export function readHashes(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, escaped, hash, path] = /^(\\?)([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? []
      if (hash === undefined || path === undefined) return []
      return [[escaped === '' ? path : path.replaceAll('\\\\', '\\'), hash]]
    }),
  )
}
