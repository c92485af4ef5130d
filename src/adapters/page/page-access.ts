import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** The secrets of one run of the page: a token that opens it once, and the cookie that the token is exchanged for. */
export type PageAccess = {
  /** For the link. */
  token: string
  /**
   * The value of the cookie, the first time that the token is right. `used`: the token was right, and another browser has
   * had it.
   */
  exchange(token: string): { cookie: string } | 'used' | 'wrong'
  /** Whether a cookie is that of this run. */
  isKnown(cookie: string | undefined): boolean
}

export function createPageAccess(): PageAccess {
  const token = randomName()
  const cookie = randomName()
  let isUsed = false
  return {
    token,
    exchange: (given) => {
      if (!isEqual(given, token)) return 'wrong'
      if (isUsed) return 'used'
      isUsed = true
      return { cookie }
    },
    isKnown: (given) => given !== undefined && isEqual(given, cookie),
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
