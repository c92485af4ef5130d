import { findBanned, renderBanned } from './find-banned.mjs'

/** Functions whose first argument is the name of a test. */
const testFunctions = new Set(['test', 'it', 'describe'])

/**
 * ESLint: no banned phrase in strings, templates and comments. With `{ only: 'test-names' }` the strings that count are the
 * names of tests. A string without a space is taken for an identifier.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
const plainEnglish = {
  meta: {
    type: 'suggestion',
    schema: [{ type: 'object', properties: { only: { enum: ['test-names'] } }, additionalProperties: false }],
  },
  create(context) {
    const { sourceCode } = context
    const areNames = context.options[0]?.only === 'test-names'
    /** @param {number} start @param {string} text @param {'message' | 'other'} kind */
    const report = (start, text, kind) => {
      for (const phrase of findBanned(text, kind))
        context.report({
          loc: sourceCode.getLocFromIndex(start + phrase.index),
          message: renderBanned(phrase),
        })
    }
    /** @param {import('eslint').Rule.Node} node */
    const check = (node) => {
      const text = proseOf(node, sourceCode)
      if (text !== undefined) report(node.range?.[0] ?? 0, text, areNames ? 'other' : 'message')
    }
    const strings = { Literal: check, TemplateLiteral: check }
    const names = {
      /** @param {import('eslint').Rule.Node} node */
      CallExpression({ callee, arguments: [name] }) {
        if (
          testFunctions.has(rootName(callee)) &&
          (name?.type === 'Literal' || name?.type === 'TemplateLiteral')
        )
          check(name)
      },
    }
    return {
      ...(areNames ? names : strings),
      Program() {
        for (const { start, text } of commentsOf(sourceCode)) report(start, text, 'other')
      },
    }
  },
}

/** @type {import('eslint').ESLint.Plugin} */
export const englishPlugin = { rules: { 'plain-english': plainEnglish } }

/**
 * A literal as it stands in the file, so that places in it are places of the file; the escapes of backquotes and the values of
 * a template are no prose.
 *
 * @param {import('eslint').Rule.Node} node
 * @param {import('eslint').SourceCode} sourceCode
 */
function proseOf(node, sourceCode) {
  if (node.type === 'Literal' && typeof node.value !== 'string') return undefined
  const start = node.range?.[0] ?? 0
  let text = sourceCode.getText(node)
  for (const { range } of node.type === 'TemplateLiteral' ? node.expressions : [])
    if (range !== undefined)
      text = text.slice(0, range[0] - start) + '_'.repeat(range[1] - range[0]) + text.slice(range[1] - start)
  text = ` ${text.slice(1, -1)} `.replaceAll('\\`', ' `').replaceAll('\\n', ' \n')
  return /\S\s+\S/.test(text) ? text : undefined
}

/**
 * Comments; lines of `//` that follow each other are one, since a sentence goes over several.
 *
 * @param {import('eslint').SourceCode} sourceCode
 */
function commentsOf(sourceCode) {
  /** @type {{ start: number, end: number, text: string }[]} */
  const texts = []
  for (const { type, range } of sourceCode.getAllComments()) {
    const [start, end] = range ?? [0, 0]
    const before = texts.at(-1)
    const between = sourceCode.text.slice(before?.end ?? 0, start)
    const text = sourceCode.text
      .slice(start, end)
      .replaceAll(/^[ \t]*(?:\/\*\*?|\*|\/\/)/gm, (mark) => ' '.repeat(mark.length))
    if (type === 'Line' && before !== undefined && /^\n[ \t]*$/.test(between)) {
      before.text += between + text
      before.end = end
    } else texts.push({ start, end, text })
  }
  return texts
}

/**
 * `test` of `test.each(rows)('name')`.
 *
 * @param {import('eslint').Rule.Node} callee
 * @returns {string}
 */
function rootName(callee) {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type === 'MemberExpression') return rootName(callee.object)
  if (callee.type === 'CallExpression') return rootName(callee.callee)
  return callee.type === 'TaggedTemplateExpression' ? rootName(callee.tag) : ''
}
