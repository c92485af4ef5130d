import type { Secret } from './secret.ts'

/** Replaces the secrets in a text with `[redacted]`. */
export type Redactor = (text: string) => string

const MASK = '[redacted]'

/** A shorter value would mask ordinary text, and is not a useful secret. */
const SHORTEST_SECRET = 4

/**
 * Makes a redactor that masks the exact values of `secrets` (and their URL-encoded, base64 and JSON forms, and each line of a
 * value of several lines), the tokens of GitHub and other well-known ones, authorization headers, and credentials within URLs.
 *
 * `secrets` is read at every call, so a secret that is added later is masked from then on. Secrets are never removed.
 */
export function createRedactor(secrets: Iterable<Secret>): Redactor {
  let known: readonly Secret[] = []
  let spelled: readonly string[] = []
  return (text) => {
    const now = [...secrets]
    if (now.length !== known.length) {
      known = now
      spelled = spellings(now)
    }
    let masked = text
    for (const value of spelled) masked = masked.replaceAll(value, MASK)
    for (const [pattern, replacement] of PATTERNS) masked = masked.replace(pattern, replacement)
    return masked
  }
}

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

/** Longest first, so that a secret that contains another one is masked as a whole. */
function spellings(secrets: readonly Secret[]): string[] {
  const found = new Set<string>()
  for (const secret of secrets) {
    const value = secret.reveal()
    for (const part of [value, ...value.split(/\r?\n/).map((line) => line.trim())]) {
      if (part.length < SHORTEST_SECRET) continue
      found.add(part)
      found.add(encodeURIComponent(part.replaceAll(/\p{Surrogate}/gu, '\ufffd')))
      found.add(Buffer.from(part).toString('base64'))
      found.add(JSON.stringify(part).slice(1, -1))
    }
  }
  return [...found].sort((a, b) => b.length - a.length)
}
