/** A file of the repository: its path from the root, with `/`, and its text. */
export type SourceFile = { path: string; text: string }

/** A part of a file, in characters from its beginning; `end` is the first character after it. */
export type Span = { file: SourceFile; start: number; end: number }

/** Line and column, both from 1, of a character. */
export type Place = { line: number; column: number }

/** The line and column of a character. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, Math.max(0, offset))
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: before.length - lineStart + 1 }
}

/** The text of a span. */
export function textOf({ file, start, end }: Span): string {
  return file.text.slice(start, end)
}

/** The first character of a file, for a problem of the whole file. */
export function topOf(file: SourceFile): Span {
  return { file, start: 0, end: 0 }
}

/** The directory of a path, `.` for a file at the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : path.slice(0, slash)
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `path` relative to `directory`, resolved from the root; undefined if it leaves the repository. */
export function joinPath(directory: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined
  const parts: string[] = []
  for (const part of `${directory}/${path}`.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.length === 0 ? '.' : parts.join('/')
}
