import dockerignore from '@balena/dockerignore'
import ignore from 'ignore'

/** Git and Docker read patterns differently: `.env` is at any depth for git, and only at the top for Docker. */
export type IgnoreDialect = 'git' | 'docker'

/** Whether a `.gitignore` or `.dockerignore` excludes a path, which is relative to that file. Never throws. */
export function isIgnored(patterns: string, path: string, dialect: IgnoreDialect): boolean {
  // Both packages ignore case by default; git and Docker do not, on Linux.
  const list = dialect === 'git' ? ignore({ ignorecase: false }) : dockerignore.default({ ignorecase: false })
  const lines = patterns.replace(/^\uFEFF/, '').split(/\r?\n/)
  return list.add(lines.filter((line) => isValid(line, dialect))).ignores(path)
}

/** @balena/dockerignore 1.0.2 makes a regular expression of a pattern that may not be one: `a(`. */
function isValid(line: string, dialect: IgnoreDialect): boolean {
  if (dialect === 'git') return true
  try {
    dockerignore.default().add(line).ignores('a')
    return true
  } catch {
    return false
  }
}
