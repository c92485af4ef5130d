import type { SourceFile, Span } from '../source-file.ts'
import { nginxTokens } from './nginx.ts'

/** Directives that begin a line and are not the argument of another one. */
const directive =
  /^(?:access_log|add_header|allow|client_max_body_size|deny|error_log|error_page|expires|gzip(?:_\w+)?|if|include|index|keepalive_timeout|limit_req|listen|location|proxy_(?!protocol$)\w+|fastcgi_\w+|resolver|return|rewrite|root|server|server_name|set|ssl_\w+|try_files|upstream)$/

/** Missing semicolons and braces, each with its place. Files that other programs fill in, or that hold Lua, are not judged. */
export function findNginxErrors(file: SourceFile): { at: Span; message: string }[] {
  if (/\{\{|\{%|<%|_by_lua|js_content|perl/.test(file.text)) return []
  const found: { at: Span; message: string }[] = []
  const open: Span[] = []
  let words: (Span & { text: string })[] = []
  const missing = (): void => {
    const [first, last] = [words[0], words.at(-1)]
    if (first !== undefined && last !== undefined)
      found.push({
        at: { ...first, end: last.end },
        message: `The directive \`${first.text}\` does not end with \`;\`.`,
      })
    words = []
  }
  for (const token of nginxTokens(file)) {
    if (token.text === ';') words = []
    else if (token.text === '{') {
      open.push(words[0] ?? token)
      words = []
    } else if (token.text === '}') {
      missing()
      if (open.pop() === undefined) found.push({ at: token, message: 'This `}` closes no block.' })
    } else {
      const before = words.at(-1)
      const isOnNewLine = before !== undefined && file.text.slice(before.end, token.start).includes('\n')
      if (isOnNewLine && directive.test(token.text)) missing()
      words.push(token)
    }
  }
  missing()
  const [unclosed] = open
  if (unclosed !== undefined && found.length === 0)
    found.push({
      at: unclosed,
      message: `The block \`${file.text.slice(unclosed.start, unclosed.end)}\` has no \`}\`.`,
    })
  return found.slice(0, 1)
}
