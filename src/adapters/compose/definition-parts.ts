import { hashOf } from './hash-of.ts'
import { ENV_FILE_MARK } from './pins.ts'

/** Compared by digest, or irrelevant on a server. */
const NO_PARTS = new Set(['image', 'build', 'pull_policy', 'develop'])

/**
 * Hash of each value of a service's definition, by its path: `environment.LOG_LEVEL`, `healthcheck.interval`. A list is one
 * value; an env file of the server is one by its name. Values may be secrets, so only hashes are used.
 */
export function definitionParts(
  service: Readonly<Record<string, unknown>>,
  envFileHashes: ReadonlyMap<string, string>,
): Record<string, string> {
  const parts: Record<string, string> = {}
  const add = (path: readonly string[], value: unknown): void => {
    const name = path.at(-1) ?? ''
    if (name.startsWith(ENV_FILE_MARK)) {
      const file = envFileOf(value)
      parts[`env_file ${file}`] = envFileHashes.get(file) ?? ''
    } else if (isMap(value)) {
      for (const [key, inner] of Object.entries(value)) add([...path, key], inner)
    } else if (value !== null || path.length > 1) parts[path.join('.')] = hashOf(value)
  }
  for (const [key, value] of Object.entries(service)) if (!NO_PARTS.has(key)) add([key], value)
  return parts
}

/** The path in an env file's placeholder. Compose doubles a dollar sign in its output. */
export function envFileOf(value: unknown): string {
  return String(value).replaceAll('$$', '$')
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
