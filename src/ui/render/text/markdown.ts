/** Escapes a text for Markdown, so that no markup, HTML or link takes effect. The result is one line. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]#|~!@]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll(/\s*\n\s*/g, ' ')
}

/** A text as inline code, also in tables. */
export function codeSpan(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`
}

/** A text as a block of code; the fence is longer than any in the text. */
export function codeBlock(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}

/** A table; the cells are Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
