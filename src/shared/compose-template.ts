/**
 * Compose's interpolation: `$$`, `$NAME`, `${NAME}`, and `${NAME:-default}` with its kin. As in Compose 2.40, `${` ends on its
 * line, at the `}` that balances it.
 * https://docs.docker.com/reference/compose-file/interpolation/
 */
export type TemplatePart = {
  /** As written. */
  source: string
  /** Position in the text. */
  start: number
} & (
  | { kind: 'text'; text: string }
  | { kind: 'variable'; name: string; operator: Operator; operand: readonly TemplatePart[] }
  /** Not of Compose: an expression of GitHub such as `${{ github.sha }}`, or an expansion of a shell such as `$1`. */
  | { kind: 'foreign' }
)

type Operator = '' | '-' | ':-' | '?' | ':?' | '+' | ':+'

/** A variable in a text, or in the default of another one. */
export type VariableUse = {
  name: string
  /** `:-` of `${NAME:-default}`; empty for `$NAME` and `${NAME}`. */
  operator: Operator
  /** Whether there is neither a default nor an alternative. */
  required: boolean
  start: number
  end: number
}

/** The parts of a text, in their order. A `${` without an end is text. */
export function parseTemplate(text: string): TemplatePart[] {
  return parsePiece({ text, ends: findEnds(text) }, { start: 0, end: text.length, nesting: 0 })
}

/**
 * The text with `values` and its defaults filled in. A variable without a value is empty, even where Compose refuses it, and
 * foreign parts stay as they are.
 */
export function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  return fillIn(parseTemplate(text), values)
}

/** Every variable in a text, an outer one before those in its default. */
export function findVariables(text: string): VariableUse[] {
  return usesIn(parseTemplate(text))
}

function fillIn(parts: readonly TemplatePart[], values: Readonly<Record<string, string>>): string {
  return parts.map((part) => valueOf(part, values)).join('')
}

function valueOf(part: TemplatePart, values: Readonly<Record<string, string>>): string {
  if (part.kind === 'text') return part.text
  if (part.kind === 'foreign') return part.source
  const { name, operator, operand } = part
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  // The colon makes an empty value count as none.
  const isGiven = value !== undefined && !(value === '' && operator.startsWith(':'))
  if (operator.endsWith('+')) return isGiven ? fillIn(operand, values) : ''
  if (operator.endsWith('-')) return isGiven ? value : fillIn(operand, values)
  return value ?? ''
}

function usesIn(parts: readonly TemplatePart[]): VariableUse[] {
  return parts.flatMap((part) => {
    if (part.kind !== 'variable') return []
    const { name, operator, operand, start, source } = part
    const required = operator === '' || operator.endsWith('?')
    return [{ name, operator, required, start, end: start + source.length }, ...usesIn(operand)]
  })
}

/** Deeper than any file that people write, and shallow enough for the stack. */
const DEEPEST = 50

type Template = {
  text: string
  /** The end of every `${…}` by its start. */
  ends: ReadonlyMap<number, number>
}

/** A piece of the template, within `nesting` others. */
type Piece = { start: number; end: number; nesting: number }

function parsePiece(template: Template, { start, end, nesting }: Piece): TemplatePart[] {
  const parts: TemplatePart[] = []
  let position = start
  while (position < end) {
    const place = { start: position, end, nesting }
    const part =
      nesting > DEEPEST
        ? textPart(template, place)
        : (readBraced(template, place) ?? readPlain(template, place))
    parts.push(part)
    position += part.source.length
  }
  return parts
}

const BRACED = /^\$\{([A-Za-z_]\w*)(?:(:?[-?+])([^]*))?\}$/

function readBraced(template: Template, piece: Piece): TemplatePart | undefined {
  const { start, nesting } = piece
  const end = template.ends.get(start)
  if (end === undefined || end > piece.end || template.text[start] !== '$') return undefined
  const source = template.text.slice(start, end)
  const found = BRACED.exec(source)
  if (found === null) return { kind: 'foreign', source, start }
  const [, name = '', operator = '', operand = ''] = found
  const inner = { start: end - 1 - operand.length, end: end - 1, nesting: nesting + 1 }
  return {
    kind: 'variable',
    name,
    operator: operator as Operator,
    operand: parsePiece(template, inner),
    source,
    start,
  }
}

const PLAIN = /\$(?:(\$)|([A-Za-z_]\w*)|\d\w*)/y

/** `$$`, `$NAME`, `$1`, or the text up to the next `$`. */
function readPlain(template: Template, piece: Piece): TemplatePart {
  const { start, end } = piece
  PLAIN.lastIndex = start
  const found = PLAIN.exec(template.text)
  if (found === null) {
    const next = template.text.indexOf('$', start + 1)
    return textPart(template, { ...piece, end: next < 0 ? end : Math.min(next, end) })
  }
  const [source, escaped, name] = found
  if (escaped !== undefined) return { kind: 'text', text: '$', source, start }
  if (name === undefined) return { kind: 'foreign', source, start }
  return { kind: 'variable', name, operator: '', operand: [], source, start }
}

function textPart({ text }: Template, { start, end }: Piece): TemplatePart {
  const source = text.slice(start, end)
  return { kind: 'text', text: source, source, start }
}

function findEnds(text: string): Template['ends'] {
  const ends = new Map<number, number>()
  let open: number[] = []
  let lastEnd = 0
  const endLine = (): void => {
    // As in Compose, a brace that is not balanced ends with the last one.
    for (const start of open) if (start < lastEnd) ends.set(start, lastEnd)
    open = []
  }
  for (const { 0: found, index } of text.matchAll(/\$?\{|\}|\n/g)) {
    if (found === '\n') endLine()
    else if (found !== '}') open.push(index)
    else {
      lastEnd = index + 1
      const start = open.pop()
      if (start !== undefined) ends.set(start, lastEnd)
    }
  }
  endLine()
  return ends
}
