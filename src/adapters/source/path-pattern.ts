import picomatch from 'picomatch'

/**
 * A test of relative paths, with `/`, by a pattern: `*` and `?` stand for characters of one name, those with a leading dot
 * included, `**` for any number of directories, `[ab]` and `{a,b}` for a choice. A pattern that names a directory means all
 * below it. A path that is the pattern itself matches, too. https://github.com/micromatch/picomatch
 */
export function compilePattern(pattern: string): (path: string) => boolean {
  const plain = pattern.replace(/^\.\//, '').replace(/\/+$/, '')
  if (plain === '') return (path) => path === ''
  const glob = plain
    .replaceAll(/[()|+]/g, String.raw`\$&`)
    // Beside other characters of a name picomatch takes `**` for `*`.
    .replaceAll(/(?<=[^/])\*\*|\*\*(?=[^/])/g, '{*,*/**/*}')
  const isMatch = picomatch(glob, {
    dot: true,
    keepQuotes: true,
    nonegate: true,
    noextglob: true,
    // Without it `[!ab]` is read as `[ab]`.
    posix: true,
    windows: false,
  })
  return (path) => withParents(path).some((it) => it === plain || isMatch(it))
}

/** The directory below which everything lies that a pattern can mean; a path without wildcards is all there is to it. */
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
