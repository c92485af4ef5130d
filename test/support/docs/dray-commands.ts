import { parseShell } from '../../../src/check/parse/parse-shell.ts'
import { findCodeBlocks } from './code-blocks.ts'

/** A command of dray in a page: the words after `dray`, and the line of the page, from 1. */
export type DrayCommand = { words: string[]; line: number }

/** Commands of dray in the `sh` blocks of a page, however it is started there. */
export function findDrayCommands(markdown: string): DrayCommand[] {
  return findCodeBlocks(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text, line }) => {
      const file = { path: 'page.sh', text }
      return parseShell({ file, start: 0, end: text.length }).flatMap(({ words, start }) => {
        const rest = wordsAfterDray(words.map((word) => word.text))
        const at = line + text.slice(0, start).split('\n').length
        // A function that passes on its arguments: `node tools/dray.mjs "$@"`.
        return rest === undefined || rest[0] === '$@' ? [] : [{ words: rest, line: at }]
      })
    })
}

/** `npx dray deploy test` -> `deploy test`; undefined for other programs. */
function wordsAfterDray(words: readonly string[]): string[] | undefined {
  const [program = '', first = '', ...others] = words
  if (/(?:^|\/)dray$/.test(program)) return words.slice(1)
  if (program === 'npx' && /^dray(?:@|$)/.test(first)) return others
  return program === 'node' && first.endsWith('/dray.mjs') ? others : undefined
}

/** Commands of dray in a page's inline code, such as `dray plan test`, each once; what the shell does with them is left out. */
export function findDrayMentions(markdown: string): string[][] {
  const text = markdown.replace(/^\s*```[^]*?^\s*```/gm, '')
  const mentions = [...text.matchAll(/`(?:npx )?dray ([a-z][^`|>]*)/g)].map(([, words = '']) => words.trim())
  return [...new Set(mentions)].map((words) => words.replaceAll('…', '').split(/\s+/).filter(Boolean))
}
