import type * as z from 'zod'
import { findNearest } from '../shared/nearest.ts'
import type { ConfigPath, Problem } from './problem.ts'

type Issue = z.core.$ZodIssue

/**
 * Words one issue of the schema. `keysAt` returns the keys that are allowed at a path, `value` is the whole parsed file.
 */
export function describeIssue(
  issue: Issue,
  value: unknown,
  keysAt: (path: ConfigPath) => readonly string[],
): Problem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => describeUnknownKey([...path, key], key, keysAt(path)))
  }
  if (issue.code === 'invalid_key') {
    return [{ path, at: 'key', message: issue.issues[0]?.message ?? 'is not a name' }]
  }
  const actual = valueAt(value, path)
  if (actual === undefined) return [{ path, at: 'key', message: 'is missing' }]
  if (issue.code === 'invalid_type') return [{ path, at: 'value', message: describeType(issue, actual) }]
  if (issue.code === 'invalid_union' && isUnquoted(actual) && !takesLiteral(issue)) {
    return [{ path, at: 'value', message: describeUnquoted(actual) }]
  }
  if (issue.code === 'invalid_union') {
    const inKeys = issue.errors.find((errors) => errors.some(isInMapping))
    if (inKeys === undefined) return describeUnion(issue, path, actual)
    return inKeys.flatMap((inner) =>
      describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, value, keysAt),
    )
  }
  return [{ path, at: 'value', message: withActual(issue.message, actual) }]
}

/** The mapping of a union is meant, and a key of it is wrong. */
function isInMapping({ code, path }: Issue): boolean {
  return code === 'unrecognized_keys' || typeof path[0] === 'string'
}

function takesLiteral({ errors }: Issue & { code: 'invalid_union' }): boolean {
  return errors.flat().some(({ code, path }) => code === 'invalid_value' && path.length === 0)
}

function describeUnknownKey(path: ConfigPath, key: string, known: readonly string[]): Problem {
  const nearest = findNearest(key, known)
  const hint = nearest === undefined ? `known keys: ${known.join(', ')}` : `did you mean \`${nearest}\`?`
  return { path, at: 'key', message: `unknown key; ${hint}` }
}

function describeType(issue: Issue & { code: 'invalid_type' }, actual: unknown): string {
  if (!issue.message.startsWith('Invalid input')) return withActual(issue.message, actual)
  if (issue.expected === 'string' && isUnquoted(actual)) return describeUnquoted(actual)
  return `expected ${nameOfType(issue.expected)}, found ${describeValue(actual)}`
}

/** YAML reads `1.10` as the number 1.1 and `012` as 12; the original text is lost. */
function describeUnquoted(actual: number | boolean): string {
  return `YAML reads this as the ${typeof actual === 'number' ? 'number' : 'truth value'} ${String(actual)}; put it in quotes`
}

/** An issue in a list names the wrong entry; any other issue gets the message of the union. */
function describeUnion(
  issue: Issue & { code: 'invalid_union' },
  path: ConfigPath,
  actual: unknown,
): Problem[] {
  if (Array.isArray(actual)) {
    const ofList = issue.errors.find(
      (errors) => !errors.some(({ code, path: at }) => code === 'invalid_type' && at.length === 0),
    )
    const problems = (ofList ?? []).map((inner): Problem => {
      const at = inner.path.map((part) => (typeof part === 'number' ? part : String(part)))
      const value: unknown = at.reduce<unknown>((part, key) => childOf(part, key), actual)
      const message = isUnquoted(value) ? describeUnquoted(value) : withActual(tidy(inner.message), value)
      return { path: [...path, ...at], at: 'value', message }
    })
    if (problems.length > 0) return problems
  }
  if (typeof actual === 'string') {
    const ofText = issue.errors
      .flat()
      .find(({ code, path: at }) => code !== 'invalid_type' && at.length === 0)
    if (ofText !== undefined)
      return [{ path, at: 'value', message: withActual(tidy(ofText.message), actual) }]
  }
  return [{ path, at: 'value', message: withActual(issue.message, actual) }]
}

function tidy(message: string): string {
  return message.startsWith('Invalid input: ')
    ? (message.slice('Invalid input: '.length).split(',')[0] ?? '')
    : message
}

/** Short texts are shown, except those that may be a secret in the wrong place. */
function withActual(message: string, actual: unknown): string {
  if (message.includes('found nothing') || message.includes(', never the ')) return message
  return `${message}, found ${describeValue(actual)}`
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return value.length <= 60 ? `\`${value}\`` : 'a longer text'
  return isUnquoted(value) ? String(value) : typeof value
}

function nameOfType(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    object: 'a mapping',
    record: 'a mapping',
    array: 'a list',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
  }
  return names[expected] ?? expected
}

function isUnquoted(value: unknown): value is number | boolean {
  return typeof value === 'number' || typeof value === 'boolean'
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((part, key) => childOf(part, key), value)
}

function childOf(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string | number, unknown>>)[key]
}
