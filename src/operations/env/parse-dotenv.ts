/** One variable of a dotenv file. */
export type DotenvVariable = {
  name: string
  /** Text after the `=`, with its quotes; may have several lines. */
  raw: string
  isEmpty: boolean
  /** Numbers, from 1, of its first and last line. */
  lines: readonly [first: number, last: number]
}

export type Dotenv = {
  /** In file order; if a name occurs twice, the last one counts. */
  variables: readonly DotenvVariable[]
  /** Numbers, from 1, of lines that are neither assignment nor comment, or that begin or follow an invalid quote. */
  badLines: readonly number[]
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:][ \t]*/
const EMPTY = /^(?:(?:''|"")[ \t]*(?:#.*)?|[ \t]*(?:[ \t]#.*)?)$/

/**
 * The variables of a dotenv file: names, and which values are empty; Compose interprets the values. A quoted value may
 * span lines, and lines inside it that look like variables are not variables. A byte order mark is skipped.
 */
export function parseDotenv(text: string): Dotenv {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .split('\n')
  const variables = new Map<string, DotenvVariable>()
  const badLines: number[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    if (/^[ \t]*(?:#|$)/.test(line)) continue
    const [start = '', name] = ASSIGNMENT.exec(line) ?? []
    if (name === undefined) {
      badLines.push(index + 1)
      continue
    }
    const first = line.slice(start.length)
    const end = endOfValue(lines, index, first)
    if (end === undefined) {
      badLines.push(index + 1)
      break
    }
    const raw = [first, ...lines.slice(index + 1, end.index + 1)].join('\n')
    variables.delete(name)
    variables.set(name, { name, raw, isEmpty: EMPTY.test(raw), lines: [index + 1, end.index + 1] })
    if (!/^[ \t]*(?:#|$)/.test(end.rest)) badLines.push(end.index + 1)
    index = end.index
  }
  return { variables: [...variables.values()], badLines }
}

/**
 * Index of the line where the value that begins as `first` ends, and the text after its closing quote, which Compose would
 * read as another variable; undefined if the quote is never closed.
 */
function endOfValue(
  lines: readonly string[],
  index: number,
  first: string,
): { index: number; rest: string } | undefined {
  const quote = first.charAt(0)
  if (quote !== '"' && quote !== "'") return { index, rest: '' }
  for (let last = index; last < lines.length; last += 1) {
    const line = last === index ? first.slice(1) : (lines[last] ?? '')
    const end = endOfQuote(line, quote)
    if (end !== -1) return { index: last, rest: line.slice(end + 1) }
  }
  return undefined
}

function endOfQuote(text: string, quote: string): number {
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === quote) return at
  }
  return -1
}

export type VariableChanges = {
  added: readonly string[]
  changed: readonly string[]
  removed: readonly string[]
}

/** Names of the variables that differ between two dotenv files. */
export function compareDotenv(before: string, after: string): VariableChanges {
  const old = new Map(parseDotenv(before).variables.map(({ name, raw }) => [name, raw]))
  const now = new Map(parseDotenv(after).variables.map(({ name, raw }) => [name, raw]))
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    changed: [...now].filter(([name, raw]) => old.has(name) && old.get(name) !== raw).map(([name]) => name),
    removed: [...old.keys()].filter((name) => !now.has(name)),
  }
}
