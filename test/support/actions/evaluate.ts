import { data, Evaluator, Lexer, Parser } from '@actions/expressions'

/** What expressions can name: `github`, `secrets`, `steps`, `needs`; plain objects of texts. */
export type Contexts = Readonly<Record<string, ContextValue>>
type ContextValue = string | { readonly [name: string]: ContextValue }

/** A text with each `${{ … }}` replaced by its value, as GitHub's own evaluator gives it; what is not there is empty. */
export function evaluate(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => {
    const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), []).parse()
    return new Evaluator(tree, toDictionary(contexts)).evaluate().coerceString()
  })
}

/** The same for each value. */
export function evaluateAll(
  values: Readonly<Record<string, unknown>> = {},
  contexts: Contexts,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, evaluate(String(value), contexts)]),
  )
}

function toDictionary(values: Contexts): data.Dictionary {
  const pairs = Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? new data.StringData(value) : toDictionary(value),
  }))
  return new data.Dictionary(...pairs)
}
