import type { SourceFile, Span } from './source-file.ts'

/** A comment `# dray-ignore CODE reason`: for its own line, or for the next line if it is alone. */
export type Suppression = {
  at: Span
  code: string
  reason: string
  /** The line that it applies to, from 1. */
  line: number
}

/** Every such comment of a file. */
export function findSuppressions(file: SourceFile): Suppression[] {
  if (!file.text.includes('dray-ignore')) return []
  let offset = 0
  return file.text.split('\n').flatMap((text, index) => {
    const start = offset
    offset += text.length + 1
    const found = /#\s*dray-ignore\b[ \t]*:?[ \t]*(\w*)[ \t]*(.*)$/.exec(text)
    if (found === null) return []
    const [comment, code = '', reason = ''] = found
    const standsAlone = text.slice(0, found.index).trim() === ''
    return [
      {
        at: { file, start: start + found.index, end: start + found.index + comment.length },
        code,
        reason: reason.replace(/^[-:\u2013\u2014\s]+/, '').trim(),
        line: index + (standsAlone ? 2 : 1),
      },
    ]
  })
}
