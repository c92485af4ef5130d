/** How git and Docker read a pattern without a slash: at any depth, or only at the top. */
export type IgnoreDialect = 'git' | 'docker'

/** Whether the patterns of a `.gitignore` or `.dockerignore` leave a path out; the path is relative to that file. */
export function isIgnored(patterns: string, path: string, dialect: IgnoreDialect): boolean {
  let ignored = false
  for (const raw of patterns.split('\n')) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const isNegated = line.startsWith('!')
    if (matches(isNegated ? line.slice(1) : line, path, dialect)) ignored = !isNegated
  }
  return ignored
}

function matches(pattern: string, path: string, dialect: IgnoreDialect): boolean {
  const bare = pattern.replace(/\/+$/, '').replace(/^\.\//, '')
  const isAnchored = dialect === 'docker' || bare.includes('/')
  const prefix = isAnchored ? '^' : '(?:^|/)'
  // `.env/` means a directory only, in git.
  const suffix = pattern.endsWith('/') && dialect === 'git' ? '/' : '(?:/|$)'
  return new RegExp(`${prefix}${expressionOf(bare.replace(/^\//, ''))}${suffix}`).test(path)
}

function expressionOf(pattern: string): string {
  return pattern
    .split(/(\*\*\/|\/\*\*$|\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?'
      if (part === '/**') return '/.*'
      if (part === '**') return '.*'
      if (part === '*') return '[^/]*'
      if (part === '?') return '[^/]'
      return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    })
    .join('')
}
