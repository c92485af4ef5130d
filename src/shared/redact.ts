import type { Secret } from './secret.ts'

/** Takes a text that may hold secrets, and gives it with `[redacted]` in their places. */
export type Redactor = (text: string) => string

const MASK = '[redacted]'

/** A shorter value would mask ordinary text everywhere, and guards nothing. */
const SHORTEST_SECRET = 4

/**
 * Makes a redactor that masks the exact values of `secrets` (and their URL-encoded and base64 forms, and each line of a
 * value of several lines), GitHub tokens, authorization headers, and credentials within URLs.
 *
 * `secrets` is read at every call, so a secret that is added to the list later is masked from then on.
 */
export function createRedactor(secrets: Iterable<Secret>): Redactor {
  return (text) => {
    let masked = text
    for (const value of spellings(secrets)) masked = masked.replaceAll(value, MASK)
    for (const [pattern, replacement] of PATTERNS) masked = masked.replace(pattern, replacement)
    return masked
  }
}

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/gh[a-z]_[A-Za-z0-9._-]{20,}/g, MASK],
  [/github_pat_[A-Za-z0-9_]{20,}/g, MASK],
  [
    /\b((?:proxy-)?authorization|x-registry-auth)(["']?\s*[:=]\s*["']?)(?:(basic|bearer|token)\s+)?[^\s"',;]+/gi,
    `$1$2${MASK}`,
  ],
  [/\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{16,}/gi, `$1 ${MASK}`],
  // A token may stand in the name's place in web addresses; elsewhere the name is a login that helps to understand.
  [/\b(https?:\/\/)[^\s/?#@]+@/gi, `$1${MASK}@`],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*):[^\s/?#]*@/gi, `$1:${MASK}@`],
]

/** Longest first, so that a secret that holds another one is masked as a whole. */
function spellings(secrets: Iterable<Secret>): string[] {
  const found = new Set<string>()
  for (const secret of secrets) {
    const value = secret.reveal()
    for (const part of [value, ...value.split(/\r?\n/).map((line) => line.trim())]) {
      if (part.length < SHORTEST_SECRET) continue
      found.add(part)
      found.add(encodeURIComponent(part))
      found.add(Buffer.from(part).toString('base64'))
    }
  }
  return [...found].sort((a, b) => b.length - a.length)
}
