import picomatch from 'picomatch'

/**
 * Tests relative paths, with `/`, against a pattern: `*` and `?` match characters of one name, including a leading dot,
 * `**` any number of directories, `[ab]` and `{a,b}` a choice. A pattern that names a directory matches everything below
 * it. A path identical to the pattern matches, too. https://github.com/micromatch/picomatch
 */
export function compilePattern(pattern: string): (path: string) => boolean {
  const plain = pattern.replace(/^\.\//, '').replace(/\/+$/, '')
  if (plain === '') return (path) => path === ''
  const glob = plain
    .replaceAll(/[()|+]/g, String.raw`\$&`)
    // Next to other characters of a name picomatch treats `**` as `*`.
    .replaceAll(/(?<=[^/])\*\*|\*\*(?=[^/])/g, '{*,*/**/*}')
  const isMatch = picomatch(glob, {
    dot: true,
    keepQuotes: true,
    nonegate: true,
    noextglob: true,
    // Otherwise `[!ab]` is read as `[ab]`.
    posix: true,
    windows: false,
  })
  return (path) => withParents(path).some((it) => it === plain || isMatch(it))
}

/** The directory that contains everything a pattern can match; for a path without wildcards, the path itself. */
export function startOfPattern(pattern: string): string {
  const names = pattern.replace(/^\.\//, '').split('/')
  const first = names.findIndex((name) => /[*?[{\\]/.test(name))
  return (first === -1 ? names : names.slice(0, first)).join('/') || '.'
}

/** `a/b/c`, `a/b`, `a`. */
function withParents(path: string): string[] {
  const names = path.split('/')
  return names.map((_, index) => names.slice(0, names.length - index).join('/'))
}
