/** A token of an nginx configuration, and where it stands in the text. */
export type NginxToken = { text: string; start: number; end: number }

/** Punctuation, quoted words, and words that may hold `${name}`, without comments. */
export function readNginxTokens(text: string): NginxToken[] {
  const token =
    /#[^\n]*|[;{}]|"(?:\\[\s\S]|[^"\\])*"?|'(?:\\[\s\S]|[^'\\])*'?|(?:\$\{\w*\}|\\.|[^\s;{}#"'\\]|(?<=\S)[#"'])+|\\/g
  return [...text.matchAll(token)]
    .filter(([found]) => !found.startsWith('#'))
    .map(({ 0: found, index }) => ({ text: found, start: index, end: index + found.length }))
}

/** A word of a directive as nginx reads it. */
export function unquoteNginxWord(text: string): string {
  return text.replace(/^(["'])([\s\S]*)\1$/, '$2')
}
