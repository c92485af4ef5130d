/**
 * A pattern that finds a secret as programs print it: unchanged, with the escapes of JSON, Go, C and Python (also escaped
 * several times), percent- or form-encoded, as HTML, quoted for a shell, YAML or SQL, and with the doubled dollar signs of
 * Compose. Letters and digits are the same in all of these. Of each text, it takes linear time.
 */
export function buildSecretPattern(secret: string): RegExp {
  const tokens = secret.match(/[A-Za-z0-9]+|[\\'"$]+|[\ud800-\udbff][\udc00-\udfff]|[^]/g) ?? []
  const parts = tokens.map((token, index) => {
    if (/^[A-Za-z0-9]/.test(token)) return token
    if (isQuoting(token)) return spellQuoting(token)
    // Backslashes after quotes belong to the quotes: with two ways to match a text, a mismatch takes exponential time.
    return isQuoting(tokens[index - 1] ?? '')
      ? spellOther(token)
      : `${BACKSLASH}{0,${MOST_ESCAPES}}${spellOther(token)}`
  })
  return new RegExp(parts.join(''), 'g')
}

/** Backslashes in front of a character: seven after three escapes of JSON. */
const MOST_ESCAPES = 8
const BACKSLASH = '(?:\\\\|%(?:25){0,3}5[cC])'
const BACKSLASHES = `${BACKSLASH}{1,${MOST_ESCAPES}}`

function isQuoting(token: string): boolean {
  return /^[\\'"$]/.test(token)
}

/**
 * Quotes, backslashes and dollar signs are spelled with each other (`'` as `'\''` or `'"'"'`, `$` as `\$` or `$$`), so any run
 * of them that is at least as long is accepted.
 */
function spellQuoting(run: string): string {
  const characters = new Set(['\\', ...Array.from(run), ...(/['"]/.test(run) ? [`'`, '"'] : [])])
  const spellings = [`[${[...characters].map(escape).join('')}]`, ...[...characters].flatMap(encode)]
  return `(?:${spellings.join('|')}){${run.length},${run.length * MOST_ESCAPES}}`
}

/** A space is `+` in a form; a line break and similar are letters after a backslash. */
function spellOther(character: string): string {
  const letter = JSON.stringify(character).slice(1, -1)
  const others = character === ' ' ? ['+'] : /^\\[a-z]$/.test(letter) ? [letter.slice(1)] : []
  return `(?:${[...[character, ...others].map(escape), ...encode(character)].join('|')})`
}

const HTML_NAMES: Readonly<Record<string, string>> = {
  '"': 'quot',
  "'": 'apos',
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
}

/** The encodings of a character; those that begin with a backslash, without the first one. */
function encode(character: string): string[] {
  const code = character.codePointAt(0) ?? 0
  const units = character.split('').map((unit) => `u${hexOf(unit.charCodeAt(0), 4)}`)
  const bytes = [...Buffer.from(character)]
  const names = [`#0*${code}`, `#[xX]0*${hexOf(code, 1)}`, HTML_NAMES[character] ?? []].flat()
  return [
    units.join(BACKSLASHES),
    `U0*${hexOf(code, 1)}`,
    `x${hexOf(code, 2)}`,
    ...(bytes.length > 1 ? [bytes.map((byte) => `x${hexOf(byte, 2)}`).join(BACKSLASHES)] : []),
    bytes.map((byte) => byte.toString(8).padStart(3, '0')).join(BACKSLASHES),
    // `%25` is a percent sign that was encoded again, and `&amp;` an ampersand.
    bytes.map((byte) => `%(?:25){0,3}${hexOf(byte, 2)}`).join(''),
    `&(?:amp;){0,3}(?:${names.join('|')});`,
  ]
}

/** A pattern for hexadecimal digits, upper and lower case. */
function hexOf(value: number, digits: number): string {
  return value
    .toString(16)
    .padStart(digits, '0')
    .replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
