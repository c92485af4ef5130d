import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** The secrets of one run of the page: a token that opens it once, and the cookie that the token is exchanged for. */
export type PageAccess = {
  /** For the link. */
  token: string
  /**
   * The value of the cookie, the first time that the token is right. The second time, one of two browsers may be that of
   * another user of this machine: neither has access from then on. `revoked` is the answer to that, `used` to any later use.
   */
  exchange(token: string): { cookie: string } | 'revoked' | 'used' | 'wrong'
  /** Whether a cookie is that of this run, and was not revoked. */
  isKnown(cookie: string | undefined): boolean
  /** Whether a cookie is that of the first browser, whose access was taken by the second use of the token. */
  isRevoked(cookie: string | undefined): boolean
}

export function createPageAccess(): PageAccess {
  const token = randomName()
  const cookie = randomName()
  let uses = 0
  return {
    token,
    exchange: (given) => {
      if (!isEqual(given, token)) return 'wrong'
      uses += 1
      if (uses === 1) return { cookie }
      return uses === 2 ? 'revoked' : 'used'
    },
    isKnown: (given) => given !== undefined && uses === 1 && isEqual(given, cookie),
    isRevoked: (given) => given !== undefined && uses > 1 && isEqual(given, cookie),
  }
}

/** 192 bits in the letters of a URL. */
export function randomName(): string {
  return randomBytes(24).toString('base64url')
}

/** Takes the same time wherever they differ. */
function isEqual(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}
