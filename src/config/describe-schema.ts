import * as z from 'zod'

/** One key of dray.yml, with the facts for its documentation. */
export type KeyEntry = {
  name: string
  /** For people: `text`, `duration`, `list of text`, `before, after or manual`. */
  type: string
  isRequired: boolean
  description: string
  examples: readonly unknown[]
  defaultText: string | undefined
  omitFromExample: boolean
  /** Name of an entry in the example, for a key whose children are named by the user. */
  exampleKey: string | undefined
  /** The children are those of each entry of a list. */
  isList: boolean
  children: readonly KeyEntry[]
}

/** The keys of an object schema, in its order. */
export function describeSchema(schema: z.ZodObject): KeyEntry[] {
  return Object.entries(schema.shape).map(([name, child]) => describeKey(name, child as z.ZodType))
}

function describeKey(name: string, schema: z.ZodType): KeyEntry {
  const meta = metaOf(schema)
  const inner = unwrap(schema)
  const entry = entryOf(inner)
  if (typeof meta['description'] !== 'string') throw new Error(`The key ${name} has no description.`)
  return {
    name,
    type: typeOf(schema),
    isRequired: !(schema instanceof z.ZodOptional),
    description: meta['description'],
    examples: Array.isArray(meta['examples']) ? meta['examples'] : [],
    defaultText: typeof meta['defaultText'] === 'string' ? meta['defaultText'] : undefined,
    omitFromExample: meta['omitFromExample'] === true,
    isList: inner instanceof z.ZodArray,
    exampleKey: typeof meta['exampleKey'] === 'string' ? meta['exampleKey'] : undefined,
    children: entry instanceof z.ZodObject ? describeSchema(entry) : [],
  }
}

/** The schema that has the children: itself, that of the entries of a record or list, or the mapping of a union. */
function entryOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodRecord) return unwrap(schema.valueType as z.ZodType)
  if (schema instanceof z.ZodUnion) {
    return (schema.options as readonly z.ZodType[]).find((it) => it instanceof z.ZodObject) ?? schema
  }
  return schema instanceof z.ZodArray ? unwrap(schema.element as z.ZodType) : schema
}

function typeOf(schema: z.ZodType): string {
  const typeName = metaOf(schema)['typeName']
  if (typeof typeName === 'string') return typeName
  const inner = unwrap(schema)
  if (inner !== schema) return typeOf(inner)
  if (schema instanceof z.ZodEnum) return renderChoices(schema.options.map((option) => `\`${option}\``))
  if (schema instanceof z.ZodUnion)
    return renderChoices(schema.options.map((option) => typeOf(option as z.ZodType)))
  if (schema instanceof z.ZodArray) return `list of ${typeOf(schema.element as z.ZodType)}`
  if (schema instanceof z.ZodRecord) return `${typeOf(schema.valueType as z.ZodType)} by name`
  if (schema instanceof z.ZodObject) return 'keys'
  if (schema instanceof z.ZodLiteral) return `\`${String(schema.value)}\``
  if (schema instanceof z.ZodBoolean) return 'true or false'
  if (schema instanceof z.ZodNumber) return 'number'
  return 'text'
}

function renderChoices(choices: readonly string[]): string {
  return choices.length < 2
    ? choices.join('')
    : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema
}

function metaOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  return schema.meta() ?? {}
}
