import { parse } from 'yaml'
import * as z from 'zod'

const staticFile = z.looseObject({ providers: z.record(z.string(), z.unknown()) })
const options = z.record(z.string(), z.unknown()).catch({})

/**
 * The providers in Traefik's static configuration in YAML, by their names in lower case, each with its options, whose names also are.
 * Undefined if it is no such file, or has none.
 * https://doc.traefik.io/traefik/reference/static-configuration/file/
 */
export function readTraefikProviders(
  text: string,
): ReadonlyMap<string, ReadonlyMap<string, unknown>> | undefined {
  const file = staticFile.safeParse(parseOrNothing(text))
  if (!file.success) return undefined
  const lower = <T>(values: Record<string, T>): [string, T][] =>
    Object.entries(values).map(([name, value]) => [name.toLowerCase(), value])
  return new Map(
    lower(file.data.providers).map(([name, value]) => [name, new Map(lower(options.parse(value)))]),
  )
}

function parseOrNothing(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 })
  } catch {
    return undefined
  }
}
