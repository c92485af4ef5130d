import { isSecretName } from '../../shared/secrets/secret-name.ts'
import { parseDotenv } from '../env/parse-dotenv.ts'
import type { ComposeVariable } from '../env/review-variables.ts'

export type EnvTemplate = {
  text: string
  /** Names without a value, which the user must fill in. */
  keysToFill: readonly string[]
}

/**
 * A first `.env`: the variables of `.env.example`, and others that the compose files need. A value is copied only if
 * neither its name nor its form suggests a secret. `deployTime`: names that every deploy sets.
 */
export function makeEnvTemplate(
  example: string | undefined,
  compose: readonly ComposeVariable[],
  deployTime: readonly string[],
): EnvTemplate {
  const variables = new Map<string, string>()
  for (const { name, raw, isEmpty } of parseDotenv(example ?? '').variables) {
    variables.set(name, isEmpty || isSecretName(name) || looksSecret(raw) ? '' : raw.trim())
  }
  for (const { name, required } of compose) if (required && !variables.has(name)) variables.set(name, '')
  for (const name of deployTime) variables.delete(name)
  const lines = [...variables].map(([name, value]) => `${name}=${value}\n`)
  return {
    text: `# Created by dray setup. Set values here, or with \`dray env ENVIRONMENT set NAME\`.\n${lines.join('')}`,
    keysToFill: [...variables].flatMap(([name, value]) => (value === '' ? [name] : [])),
  }
}

/** A login in a URL, several lines, or a long run of letters and digits such as programs generate. */
function looksSecret(raw: string): boolean {
  if (raw.includes('\n') || /:\/\/[^\s/]*:[^\s/]*@/.test(raw)) return true
  return /(?=[A-Za-z0-9+_-]*\d)(?=[A-Za-z0-9+_-]*[A-Za-z])[A-Za-z0-9+_-]{20,}/.test(raw)
}
