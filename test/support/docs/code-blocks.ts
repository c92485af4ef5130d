/** A fenced block of Markdown: the first word after the fence, its text, and the line of the fence, from 1. */
export type CodeBlock = { language: string; text: string; line: number }

/** Finds the fenced blocks of a Markdown text, indented ones too; indentation of the fence is removed from the lines. */
export function findCodeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { block: CodeBlock; fence: string; indent: string } | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    if (open !== undefined) {
      if (line.trim() === open.fence) open = undefined
      else open.block.text += `${line.startsWith(open.indent) ? line.slice(open.indent.length) : line}\n`
      continue
    }
    const [, indent = '', fence, language = ''] = /^(\s*)(`{3,})(\S*)/.exec(line) ?? []
    if (fence === undefined) continue
    const block = { language, text: '', line: index + 1 }
    blocks.push(block)
    open = { block, fence, indent }
  }
  return blocks
}

/** The commands of a page's `sh` blocks, in order, as one script. */
export function readScript(markdown: string): string {
  return findCodeBlocks(markdown)
    .filter(({ language }) => language === 'sh')
    .map(({ text }) => text)
    .join('\n')
}
