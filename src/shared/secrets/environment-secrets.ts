import { endsAsSecretName } from './secret-name.ts'
import { Secret } from './secret.ts'

/** A shorter one would mask ordinary text. */
const SHORTEST = 8
/** A value of letters only, such as `production`, is a secret only if it is longer than a word. */
const LONGEST_WORD = 12

/**
 * The secrets among the variables of a container, `NAME=value` each: the values whose names end like names of secrets, and
 * the passwords in URLs. Not every value: masking `production` or a host name would hide useful text.
 */
export function findEnvironmentSecrets(environment: readonly string[]): Secret[] {
  return environment.flatMap((entry) => {
    const name = entry.slice(0, Math.max(0, entry.indexOf('=')))
    const value = entry.slice(name.length + 1)
    const found = [...(endsAsSecretName(name) ? [value] : []), ...passwordsIn(value)]
    return found.filter(isDistinct).map((it) => new Secret(it))
  })
}

/** Numbers, and the path of a file with the secret. */
const NO_SECRET = /^(?:\d+|(?:\/[\w.-]+)+\/?)$/

/** Whether a value is unlikely to be ordinary text: no word, number or path, and not short. */
export function isDistinct(value: string): boolean {
  if (value.length < SHORTEST || NO_SECRET.test(value)) return false
  return value.length >= LONGEST_WORD || !/^[a-z]+$/i.test(value)
}

/** `postgres://app:PASSWORD@db:5432/shop`, encoded and decoded. */
function passwordsIn(value: string): string[] {
  const password = /^[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#:@]*:([^\s/?#]+)@/i.exec(value)?.[1]
  if (password === undefined) return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}
