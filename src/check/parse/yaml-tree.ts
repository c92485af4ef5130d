import { isAlias, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml'
import type { Document, Node } from 'yaml'
import type { SourceFile, Span } from '../source-file.ts'

/** Compose: `!reset` removes what an earlier file says, `!override` replaces it. */
type MergeTag = { tag?: '!reset' | '!override' }

export type YamlScalar = Span &
  MergeTag & {
    kind: 'scalar'
    /** As text; empty for null. */
    text: string
    value: unknown
    /** How it is written: in quotes, as a block after `|` or `>`, or plain. */
    style: 'plain' | 'quoted' | 'block'
  }
export type YamlEntry = { key: Span; value: YamlNode }
export type YamlMap = Span &
  MergeTag & { kind: 'map'; entries: ReadonlyMap<string, YamlEntry>; isFlow: boolean }
export type YamlList = Span & MergeTag & { kind: 'list'; items: readonly YamlNode[]; isFlow: boolean }
export type YamlNode = YamlScalar | YamlMap | YamlList

export type YamlTree = { root: YamlNode; errors: readonly { message: string; at: Span }[] }

/**
 * Reads YAML with the place of every part; aliases stand for what they name, and merge keys are merged. Never throws: what
 * is wrong is in `errors`, and the tree has what could be read.
 */
export function parseYamlTree(file: SourceFile): YamlTree {
  try {
    const document = parseDocument(file.text, { prettyErrors: false, merge: true, uniqueKeys: false })
    const errors = document.errors.map(({ message, pos }) => ({
      message,
      at: { file, start: pos[0], end: pos[1] },
    }))
    return { root: new TreeBuilder(file, document).build(document.contents, 0), errors }
  } catch (error) {
    // The parser throws for a few malformed texts, such as an alias as a directive.
    const message = error instanceof Error ? error.message : String(error)
    const at = { file, start: 0, end: 0 }
    return { root: emptyScalar(at), errors: [{ message, at }] }
  }
}

/** What a map has under a key; undefined for anything that is no map. */
export function childOf(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return entryOf(node, key)?.value
}

/** The same with the place of the key. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined
}

/** What stands at the end of a path of keys. */
export function nodeAt(node: YamlNode | undefined, ...keys: readonly string[]): YamlNode | undefined {
  return keys.reduce(childOf, node)
}

/** The text of a scalar; undefined for anything else. */
export function scalarText(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' ? node.text : undefined
}

/** A list's scalars, or the one scalar in place of a list. */
export function scalarsOf(node: YamlNode | undefined): YamlScalar[] {
  if (node?.kind === 'scalar') return node.text === '' ? [] : [node]
  return node?.kind === 'list' ? node.items.filter((item) => item.kind === 'scalar') : []
}

/** Keys and values of a map; nothing for anything else. */
export function entriesOf(node: YamlNode | undefined): [string, YamlEntry][] {
  return node?.kind === 'map' ? [...node.entries] : []
}

/** The value of a node without its places; scalars as text, and undefined for null. */
export function plainValue(node: YamlNode | undefined): unknown {
  // What aliases name is made once: aliases of aliases do not multiply.
  const made = new Map<YamlNode, unknown>()
  const valueOf = (it: YamlNode): unknown => {
    if (it.kind === 'scalar') return it.text === '' ? undefined : it.text
    if (!made.has(it)) {
      const values =
        it.kind === 'list'
          ? it.items.map(valueOf)
          : Object.fromEntries([...it.entries].map(([key, { value }]) => [key, valueOf(value)]))
      made.set(it, values)
    }
    return made.get(it)
  }
  return node && valueOf(node)
}

function emptyScalar(at: Span): YamlScalar {
  return { ...at, kind: 'scalar', text: '', value: null, style: 'plain' }
}

/** A merge key is a symbol to the parser, and `<<` in the file. */
function keyText(key: unknown): string {
  if (!isScalar(key)) return ''
  return typeof key.value === 'symbol' ? (key.value.description ?? '') : String(key.value)
}

/** Deeper than any file that people write, and shallow enough for the stack. */
const deepest = 100

class TreeBuilder {
  /** What an alias names is built once: aliases of aliases do not multiply. */
  private readonly built = new Map<Node, YamlNode>()
  private readonly file: SourceFile
  private readonly document: Document

  constructor(file: SourceFile, document: Document) {
    this.file = file
    this.document = document
  }

  build(node: unknown, depth: number): YamlNode {
    if (isAlias(node)) {
      const target = node.resolve(this.document)
      // An alias inside of what it names stands for nothing.
      if (target === undefined) return emptyScalar(this.spanOf(node))
      return this.built.get(target) ?? emptyScalar(this.spanOf(node))
    }
    const span = this.spanOf(node)
    if (depth > deepest) return emptyScalar(span)
    const made = this.make(node, span, depth)
    if (isNode(node) && node.tag === '!override') made.tag = node.tag
    if (node !== null && typeof node === 'object') this.built.set(node as Node, made)
    return made
  }

  private make(node: unknown, span: Span, depth: number): YamlNode {
    // Compose takes what an overlay marks with `!reset` for nothing.
    if (isNode(node) && node.tag === '!reset') return { ...emptyScalar(span), tag: node.tag }
    if (isScalar(node)) {
      const { value, type } = node
      const text = value === null || value === undefined ? '' : (node.source ?? '')
      const style = type?.startsWith('BLOCK') ? 'block' : type?.startsWith('QUOTE') ? 'quoted' : 'plain'
      return { ...span, kind: 'scalar', text, value, style }
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.build(item, depth + 1))
      return { ...span, kind: 'list', items, isFlow: node.flow === true }
    }
    if (!isMap(node)) return emptyScalar(span)
    const entries = new Map<string, YamlEntry>()
    const merged = new Map<string, YamlEntry>()
    for (const pair of node.items) {
      const key = keyText(pair.key)
      const keySpan = this.spanOf(pair.key)
      const value = pair.value === null ? emptyScalar(keySpan) : this.build(pair.value, depth + 1)
      if (key !== '<<') entries.set(key, { key: keySpan, value })
      else {
        for (const source of value.kind === 'list' ? value.items : [value])
          for (const [name, entry] of entriesOf(source)) if (!merged.has(name)) merged.set(name, entry)
      }
    }
    for (const [name, entry] of merged) if (!entries.has(name)) entries.set(name, entry)
    return { ...span, kind: 'map', entries, isFlow: node.flow === true }
  }

  private spanOf(node: unknown): Span {
    const range = (node as Node | null)?.range
    return { file: this.file, start: range?.[0] ?? 0, end: range?.[1] ?? range?.[0] ?? 0 }
  }
}
