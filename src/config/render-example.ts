import { stringify } from 'yaml'
import { describeSchema, type KeyEntry } from './describe-schema.ts'
import { configSchema } from './schema.ts'

/**
 * A dray.yml that uses every key, each with its description above it. Those that do not go with the others are left out, or are
 * comments with `all`.
 */
export function renderExample({ all = false } = {}): string {
  return describeSchema(configSchema)
    .flatMap((key) => [...renderExampleKey(key, '', all), ''])
    .join('\n')
    .trimEnd()
}

/** A value on one line. */
export function renderFlow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim()
}

function renderExampleKey(key: KeyEntry, indent: string, all: boolean): string[] {
  if (key.omitFromExample && !all) return []
  const comment = wrap(key.description, 100 - indent.length).map((line) => `${indent}# ${line}`)
  if (key.omitFromExample) {
    const values = key.examples.map((example) => `${indent}#   ${key.name}: ${renderFlow(example)}`)
    return [...comment, ...(values.length > 0 ? values : [`${indent}#   ${key.name}: ${key.type}`])]
  }
  if (key.children.length === 0) {
    return [...comment, `${indent}${key.name}: ${renderFlow(key.examples[0])}`]
  }
  const named = key.isList
    ? [`${indent}  -`]
    : key.exampleKey === undefined
      ? []
      : [`${indent}  ${key.exampleKey}:`]
  const deeper = `${indent}  ${named.length > 0 ? '  ' : ''}`
  return [
    ...comment,
    `${indent}${key.name}:`,
    ...named,
    ...key.children.flatMap((child) => renderExampleKey(child, deeper, all)),
  ]
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
