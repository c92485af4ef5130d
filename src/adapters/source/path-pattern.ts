/**
 * Whether a relative path is one that a pattern means: `*` and `?` stand for characters of one name, `**` for any number of
 * directories. A pattern that names a directory means all below it.
 */
export function matchesPattern(path: string, pattern: string): boolean {
  const parts = pattern
    .replace(/^\.\//, '')
    .replace(/\/+$/, '')
    .split(/(\*\*\/|\*\*|\*|\?)/)
  return new RegExp(`^${parts.map(expressionOf).join('')}(?:/.*)?$`, 's').test(path)
}

/** The directory below which everything lies that a pattern can mean; a path without wildcards is all there is to it. */
export function startOfPattern(pattern: string): string {
  const names = pattern.replace(/^\.\//, '').split('/')
  const first = names.findIndex((name) => /[*?]/.test(name))
  return (first === -1 ? names : names.slice(0, first)).join('/') || '.'
}

function expressionOf(part: string): string {
  if (part === '**/') return '(?:.*/)?'
  if (part === '**') return '.*'
  if (part === '*') return '[^/]*'
  if (part === '?') return '[^/]'
  return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
