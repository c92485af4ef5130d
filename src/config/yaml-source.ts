import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, Node, Pair } from 'yaml'
import { configError, type LocatedProblem, type Problem } from './problem.ts'

/** A YAML file: its value, and the place of each part in the text. */
export type YamlSource = {
  value: unknown
  /** Adds line and column. A path that is not in the file gets the place of its nearest parent. */
  locate(problem: Problem): LocatedProblem
}

/** Parses one YAML 1.2 document with merge keys. Throws CONFIG_SYNTAX with every syntax error of the file. */
export function parseYaml(text: string, file: string): YamlSource {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, merge: true })
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => ({ path: [], message, ...place(pos[0]) }))
    throw configError('CONFIG_SYNTAX', file, problems)
  }
  const lost = findLostAliases(document)
  if (lost.length > 0) {
    const problems = lost.map(({ name, offset }) => ({
      path: [],
      message: `\`*${name}\` has no anchor: no \`&${name}\` comes before it`,
      ...place(offset),
    }))
    throw configError('CONFIG_SYNTAX', file, problems)
  }
  return {
    value: toValue(document, file),
    locate: (problem) => ({ ...problem, ...place(findOffset(document, problem)) }),
  }
}

function findLostAliases(document: Document): { name: string; offset: number }[] {
  const lost: { name: string; offset: number }[] = []
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) lost.push({ name: alias.source, offset: startOf(alias) })
    },
  })
  return lost
}

function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    // Aliases that expand beyond the parser's limit.
    const message = error instanceof Error ? error.message : String(error)
    throw configError('CONFIG_SYNTAX', file, [{ path: [], message, line: 1, column: 1 }])
  }
}

function findOffset(document: Document, { path, at }: Problem): number {
  let node: unknown = document.contents
  let offset = startOf(node)
  for (const [index, part] of path.entries()) {
    const isLast = index === path.length - 1
    const container: unknown = isAlias(node) ? node.resolve(document) : node
    if (isMap(container)) {
      const pair = container.items.find((item) => keyOf(item) === String(part))
      if (pair === undefined) return offset
      node = pair.value
      const isEmpty = node === null || (isScalar(node) && node.source === '')
      offset = (isLast && at === 'key') || !isLast || isEmpty ? startOf(pair.key) : startOf(node)
    } else if (isSeq(container) && typeof part === 'number') {
      node = container.items[part]
      offset = startOf(node)
    } else return offset
  }
  return offset
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key)
}

function startOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0
}
