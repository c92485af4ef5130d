/** One variable of a dotenv file. */
export type DotenvVariable = {
  name: string
  /** As it is written after the `=`, quotes and all; it may have several lines. */
  raw: string
  isEmpty: boolean
}

export type Dotenv = {
  /** In the order of the file; of a name that comes twice, the last counts. */
  variables: readonly DotenvVariable[]
  /** Numbers of the lines, from 1, that are no assignment and no comment, or begin a quote that nothing ends. */
  badLines: readonly number[]
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:][ \t]*/

/**
 * The variables of a dotenv file, as far as names and empty values go: what a value means is Compose's business. A quoted
 * value may have several lines, and lines in it that look like variables are none.
 */
export function parseDotenv(text: string): Dotenv {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
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
    const last = lastLineOfValue(lines, index, first)
    if (last === undefined) {
      badLines.push(index + 1)
      break
    }
    const raw = [first, ...lines.slice(index + 1, last + 1)].join('\n')
    variables.delete(name)
    variables.set(name, { name, raw, isEmpty: /^(?:''|"")?[ \t]*(?:[ \t]#.*)?$/.test(raw) })
    index = last
  }
  return { variables: [...variables.values()], badLines }
}

/** Index of the line on which the value ends that begins as `first`; undefined when its quote never ends. */
function lastLineOfValue(lines: readonly string[], index: number, first: string): number | undefined {
  const quote = first.charAt(0)
  if (quote !== '"' && quote !== "'") return index
  if (endsQuote(first.slice(1), quote)) return index
  const more = lines.slice(index + 1).findIndex((line) => endsQuote(line, quote))
  return more === -1 ? undefined : index + 1 + more
}

function endsQuote(text: string, quote: string): boolean {
  return text.replace(/\\./g, '').includes(quote)
}

export type VariableChanges = {
  added: readonly string[]
  changed: readonly string[]
  removed: readonly string[]
}

/** Which variables differ between two dotenv files, by name. */
export function compareDotenv(before: string, after: string): VariableChanges {
  const old = new Map(parseDotenv(before).variables.map(({ name, raw }) => [name, raw]))
  const now = new Map(parseDotenv(after).variables.map(({ name, raw }) => [name, raw]))
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    changed: [...now].filter(([name, raw]) => old.has(name) && old.get(name) !== raw).map(([name]) => name),
    removed: [...old.keys()].filter((name) => !now.has(name)),
  }
}
