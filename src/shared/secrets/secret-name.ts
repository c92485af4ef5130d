/**
 * Whether a word of a variable's name marks its value as a secret: `DB_PASSWORD`, `TOKEN_OLD`, `AUTH_HEADER`; not `AUTHOR` or
 * `MONKEY_URL`. For masking and for leaving out, where a value too many costs little.
 */
export function isSecretName(name: string): boolean {
  return wordsOf(name).some((_, index, words) => marksSecret(words.slice(0, index + 1)))
}

/**
 * Whether the last word of the name does. For masking in the logs of an app, where a value too many, such as that of
 * `AUTH_URL`, hides useful text.
 */
export function endsAsSecretName(name: string): boolean {
  return marksSecret(withoutCount(wordsOf(name)))
}

/** Whether the name leaves no doubt: `API_KEY`, not `CACHE_KEY`. For findings and for refusing a configuration. */
export function isSurelySecretName(name: string): boolean {
  const words = withoutCount(wordsOf(name))
  const [before, last] = words.slice(-2)
  return SURE.test(words.at(-1) ?? '') || (last === 'KEY' && KEY_OF.test(before ?? ''))
}

/** Within a word too: `PGPASSWORD`, `SECRETKEY`. */
const SURE =
  /(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|(?:API|SECRET|PRIVATE|ACCESS|ENCRYPTION|SIGNING|AUTH)KEY)$|^PAT$/
const KEY_OF = /^(?:API|SECRET|PRIVATE|ACCESS|ENCRYPTION|SIGNING|AUTH)$/
const LIKELY = /(?:PASSWORD|SECRET|TOKEN)S$|PASS$|^(?:PWD|KEYS?|AUTH|CREDENTIALS?|DSN)$/

/** Upper-case words between separators; `camelCase` is one. */
function wordsOf(name: string): string[] {
  return name.toUpperCase().split(/[^A-Z0-9]+/)
}

/** `SECRET_KEY_BASE` and `API_TOKEN_2` without their ends. */
function withoutCount(words: readonly string[]): string[] {
  return words.slice(0, words.findLastIndex((word) => !/^(?:BASE|BASE64|\d*)$/.test(word)) + 1)
}

/** Whether the last of these words marks a secret. `PWD` alone is the working directory. */
function marksSecret(words: readonly string[]): boolean {
  const last = words.at(-1) ?? ''
  if (last === 'PWD') return words.length > 1
  return SURE.test(last) || LIKELY.test(last) || words.slice(-2).join('_') === 'DATABASE_URL'
}
