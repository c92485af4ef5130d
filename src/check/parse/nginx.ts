import { readNginxTokens, unquoteNginxWord } from '../../shared/nginx-tokens.ts'
import type { SourceFile, Span } from '../source-file.ts'

/** One directive: `proxy_pass http://backend:8000;`. The arguments are without quotes. */
export type Directive = Span & {
  name: string
  arguments: readonly (Span & { text: string })[]
  /** The blocks that it stands in, outermost first: `['http', 'server', 'location']`. */
  blocks: readonly Directive[]
}

export type NginxFile = { file: SourceFile; directives: readonly Directive[] }

/** Reads an nginx configuration. Other text gives odd directives, but never an error. */
export function parseNginx(file: SourceFile): NginxFile {
  const directives: Directive[] = []
  const blocks: Directive[] = []
  let words: (Span & { text: string })[] = []
  const finish = (end: number): Directive | undefined => {
    const [first, ...rest] = words
    words = []
    if (first === undefined) return undefined
    const directive = {
      file,
      start: first.start,
      end,
      name: first.text,
      arguments: rest,
      blocks: [...blocks],
    }
    directives.push(directive)
    return directive
  }
  for (const { text, start, end } of nginxTokens(file)) {
    if (text === ';') finish(end)
    else if (text === '{') {
      const block = finish(end)
      if (block !== undefined && blocks.length < 50) blocks.push(block)
    } else if (text === '}') {
      finish(end)
      blocks.pop()
    } else words.push({ file, start, end, text: unquoteNginxWord(text) })
  }
  return { file, directives }
}

/** The tokens of a file, without comments. */
export function nginxTokens(file: SourceFile): (Span & { text: string })[] {
  return readNginxTokens(file.text).map((token) => ({ file, ...token }))
}
