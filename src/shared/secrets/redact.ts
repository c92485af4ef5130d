import { shortenCutLines } from '../cut-text.ts'
import { maskEncodedWords } from './encoded-words.ts'
import { buildSecretPattern } from './secret-pattern.ts'
import type { Secret } from './secret.ts'

/** Replaces the secrets in a text with `[redacted]`. */
export type Redactor = (text: string) => string

const MASK = '[redacted]'

/** A shorter value would mask ordinary text, and is not a useful secret. */
const SHORTEST_SECRET = 4
/** Of the tokens that are known by their form. */
const SHORTEST_TOKEN = 16
/** A longer one is masked as it is only: V8 would take seconds for its pattern. */
const LONGEST_PATTERN = 4096
/** Base64 within base64, such as `auth` of ~/.docker/config.json in a secret of Kubernetes. */
const MOST_DECODINGS = 3

/**
 * Makes a redactor that masks the values of `secrets` and each line of a value of several lines, in all common spellings
 * (`secret-pattern.ts`; one of over 4,096 characters, or that V8 cannot compile, only unchanged), also within base64 and hexadecimal digits and with invisible characters in between; the tokens of
 * GitHub and other well-known ones, authorization headers, and credentials within URLs. Of a text that `cutText` has cut, the
 * last characters are removed: they may be the first half of a secret.
 *
 * `secrets` is read at every call, so a secret that is added later is masked from then on. Secrets are never removed.
 */
export function createRedactor(secrets: Iterable<Secret>): Redactor {
  let read = -1
  let values: readonly string[] = []
  const patterns = new Map<string, RegExp | string>()
  const update = (): void => {
    const known = [...secrets]
    if (known.length === read) return
    read = known.length
    values = splitSecrets(known)
    for (const value of values) if (!patterns.has(value)) patterns.set(value, patternOf(value))
  }
  const mask = (text: string, decodings = 0): string => {
    let masked = text
    for (const value of values) masked = masked.replaceAll(patterns.get(value) ?? value, MASK)
    for (const [pattern, replacement] of PATTERNS) masked = masked.replace(pattern, replacement)
    if (decodings === MOST_DECODINGS) return masked
    return maskEncodedWords(masked, {
      mask: MASK,
      shortest: Math.min(SHORTEST_TOKEN, values.at(-1)?.length ?? SHORTEST_TOKEN),
      reveals: (decoded) => mask(decoded, decodings + 1) !== decoded || hasPart(decoded, values),
    })
  }
  return (text) => {
    update()
    return shortenCutLines(maskSeen(mask(text), mask), (line) => removeBegun(line, values))
  }
}

/** A pattern of the secret, or the secret itself where V8 cannot compile one. */
function patternOf(value: string): RegExp | string {
  if (value.length > LONGEST_PATTERN) return value
  const pattern = buildSecretPattern(value)
  try {
    // It is compiled at its first use.
    pattern.test('')
    return pattern
  } catch {
    return value
  }
}

/** Encoders break long words into lines: `base64` after 57 bytes, `xxd -p` after 30. */
const LONGEST_ENCODED_LINE = 100
const SHORTEST_PART = 12

/** Whether the text of an encoded line is a part of a secret, or has the beginning or the end of one. */
function hasPart(decoded: string, values: readonly string[]): boolean {
  if (decoded.length < SHORTEST_PART || decoded.length > LONGEST_ENCODED_LINE) return false
  return values.some(
    (value) =>
      value.length >= 2 * SHORTEST_PART &&
      (value.includes(decoded) || endsAsOneBegins(decoded, value) || endsAsOneBegins(value, decoded)),
  )
}

/** Whether at least `SHORTEST_PART` characters at the end of one text are the beginning of the other. */
function endsAsOneBegins(text: string, other: string): boolean {
  const begin = other.slice(0, SHORTEST_PART)
  for (let at = text.indexOf(begin); at !== -1; at = text.indexOf(begin, at + 1))
    if (other.startsWith(text.slice(at))) return true
  return false
}

/** Masks what is a secret only without invisible characters and colours. */
function maskSeen(text: string, mask: Redactor): string {
  if (text.search(INVISIBLE) === -1) return text
  return text
    .split('\n')
    .map((line) => {
      const seen = line.replaceAll(INVISIBLE, '')
      const masked = mask(seen)
      return masked === seen ? line : masked
    })
    .join('\n')
}

const INVISIBLE = /\p{Default_Ignorable_Code_Point}|\u001b\[[\d;]*m/gu

// Each repetition that can begin anywhere is bounded: a long log line must not take quadratic time.
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/gh[a-z]_[A-Za-z0-9._-]{20,}/g, MASK],
  [/github_pat_[A-Za-z0-9_]{20,}/g, MASK],
  [
    /\b(?:glpat-|npm_|dckr_pat_|xox[a-z]-|[sr]k_(?:live|test)_)[A-Za-z0-9_-]{16,}|\bA(?:KIA|SIA)[A-Z0-9]{16}\b/g,
    MASK,
  ],
  [
    /\b((?:proxy-)?authorization|x-registry-auth)(["']?\s{0,20}[:=]\s{0,20}["']?)(?:(basic|bearer|token)\s{1,20})?[^\s"',;]+/gi,
    `$1$2${MASK}`,
  ],
  [/\b(bearer|basic)\s{1,20}[A-Za-z0-9+/=._~-]{16,}/gi, `$1 ${MASK}`],
  // In web URLs, the user name may be a token; elsewhere it is a login name, which is useful to see.
  [/\b(https?:\/\/)[^\s/?#@]+@/gi, `$1${MASK}@`],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#:@]*):[^\s/?#]*@/gi, `$1:${MASK}@`],
]

/** The values and their lines, longest first, so that a secret that contains another one is masked as a whole. */
function splitSecrets(secrets: readonly Secret[]): string[] {
  const found = new Set<string>()
  for (const secret of secrets) {
    const value = secret.reveal()
    for (const part of [value, ...value.split(/\r?\n/).map((line) => line.trim())]) {
      for (const it of [part, part.replaceAll(INVISIBLE, '')]) if (it.length >= SHORTEST_SECRET) found.add(it)
    }
  }
  return [...found].sort((a, b) => b.length - a.length)
}

/** A line without the word at its end, of which only the beginning may be there, or without as many characters as a secret has. */
function removeBegun(line: string, values: readonly string[]): string {
  const lines = values.filter((value) => !value.includes('\n'))
  const most = Math.max(SHORTEST_CUT, ...lines.map(measureSpelling))
  const end = line.slice(-most)
  const begun = lines.some((value) => /\s/.test(value)) ? end : (/\S*$/.exec(end)?.[0] ?? '')
  return line.slice(0, line.length - begun.length)
}

/** Enough for the beginning of a token that is not known by its form yet. */
const SHORTEST_CUT = 256

/** Characters of the longest spelling: as hexadecimal digits, and twice escaped. */
function measureSpelling(value: string): number {
  const others = value.replaceAll(/\w/g, '')
  return 2 * (value.length - others.length) + 6 * Buffer.byteLength(others)
}
