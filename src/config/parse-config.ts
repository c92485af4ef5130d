import * as z from 'zod'
import { describeIssue } from './describe-issue.ts'
import type { ConfigPath, Problem } from './problem.ts'
import { configSchema, type ConfigFile } from './schema.ts'

export type ParsedConfig = { file: ConfigFile } | { problems: readonly Problem[] }

/**
 * Checks dray.yml against the schema. Top-level keys that start with `x-` belong to the user, as in a compose file.
 */
export function parseConfig(value: unknown): ParsedConfig {
  if (value !== null && value !== undefined && (typeof value !== 'object' || Array.isArray(value))) {
    return { problems: [{ path: [], at: 'value', message: 'expected keys such as `environments:`' }] }
  }
  const own = Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => !key.startsWith('x-')))
  const result = configSchema.safeParse(own)
  if (result.success) return { file: result.data }
  return { problems: result.error.issues.flatMap((issue) => describeIssue(issue, own, keysAt)) }
}

/** The keys that the schema allows at a path. */
function keysAt(path: ConfigPath): readonly string[] {
  let schema: unknown = configSchema
  for (const part of path) {
    const inner = unwrap(schema)
    if (inner instanceof z.ZodObject) schema = inner.shape[String(part)]
    else if (inner instanceof z.ZodRecord) schema = inner.valueType
    else return []
  }
  const inner = unwrap(schema)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodUnion) return schema.options.find((it) => it instanceof z.ZodObject) ?? schema
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema
}
