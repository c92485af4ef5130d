import { banned } from './plain-english.mjs'

const compiled = banned.map(({ phrase, instead, only }) => ({
  expression: new RegExp(`\\b(?:${phrase.replaceAll(' ', '\\s+')})\\b`, /[A-Z]/.test(phrase) ? 'g' : 'gi'),
  instead,
  only,
}))

/**
 * The banned phrases of an English text, with the place of each in it. Code between backquotes and addresses do not count.
 *
 * @param {string} text
 * @param {'message' | 'other'} kind
 * @returns {{ index: number, found: string, instead: string }[]}
 */
export function findBanned(text, kind) {
  const prose = text.replaceAll(/(`+)[^`]*?\1|\bhttps?:\/\/\S+/g, blank)
  return compiled
    .filter(({ only }) => only === undefined || kind === 'message')
    .flatMap(({ expression, instead }) =>
      [...prose.matchAll(expression)].map(({ index, 0: found }) => ({
        index,
        found: found.replaceAll(/\s+/g, ' '),
        instead,
      })),
    )
    .sort((a, b) => a.index - b.index)
}

/**
 * The banned phrases of a Markdown page, with line and column from 1.
 *
 * @param {string} page
 * @returns {{ line: number, column: number, message: string }[]}
 */
export function findInMarkdown(page) {
  // The fence of a code block is not a quote around the code in it: comments and output there are English.
  const text = page.replaceAll(/^([ \t>]*)(?:```|~~~)/gm, '$1   ')
  return findBanned(text, 'other').map((phrase) => {
    const lines = text.slice(0, phrase.index).split('\n')
    return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, message: renderBanned(phrase) }
  })
}

/** @param {{ found: string, instead: string }} phrase */
export function renderBanned({ found, instead }) {
  return `Plain English: instead of "${found}" write ${instead}.`
}

/**
 * The same length, so that places in the text stay true; not white space, which a phrase could reach across.
 *
 * @param {string} code
 */
function blank(code) {
  return code.replaceAll(/[^\n]/g, '\u00b7')
}
