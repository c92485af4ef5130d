import type { RefusalText } from './refusal-page.ts'

/** What a request to the page says about where it comes from. Header names are in lower case, as Node has them. */
export type PageRequest = {
  method: string
  /** The path, without the query. */
  path: string
  headers: Readonly<Record<string, string | string[] | undefined>>
}

export type Refusal = RefusalText & { status: 403 | 405 | 415 | 421 }

/**
 * Refuses what does not come from the page itself or from its user; undefined if the request may continue. It changes nothing and
 * does not look at the cookie.
 *
 * - Another `Host` is a foreign name that leads to this machine: DNS rebinding.
 * - A foreign `Origin`, or `Sec-Fetch-Site` of a browser, is another site. A link from one may open the page alone.
 *   https://www.w3.org/TR/fetch-metadata/
 * - Without `mayWrite` there is nothing to write: https://httpwg.org/specs/rfc9110.html#status.405
 * - What writes is sent by the page's own script: with the `Origin` that a browser adds, and as JSON, which a form cannot send.
 *   https://fetch.spec.whatwg.org/#origin-header
 */
export function refuseRequest(
  { method, path, headers }: PageRequest,
  { host, pagePath, mayWrite }: { host: string; pagePath: string; mayWrite: boolean },
): Refusal | undefined {
  if (headers['host'] !== host)
    return {
      status: 421,
      heading: 'Another address',
      reason: `This server answers at \`${host}\` only.`,
      next: `Begin the address with \`http://${host}/\`, as in the link that \`dray ui\` printed. If you forward the port, it has to be the same port here.`,
    }
  const isWriting = method === 'POST' && mayWrite
  if (method !== 'GET' && method !== 'HEAD' && !isWriting)
    return {
      status: 405,
      heading: 'Not allowed',
      reason: mayWrite ? 'The page does not know this method.' : 'The page is read-only.',
      ...(method === 'POST' && { next: '`dray ui --write` serves a page that can roll back.' }),
    }
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers
  const isForeign =
    (origin !== undefined && origin !== `http://${host}`) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none')
  const isOpened = path === pagePath && mode === 'navigate' && origin === undefined
  if (isWriting && (isForeign || origin === undefined))
    return { status: 403, heading: 'Refused', reason: 'The request does not come from the page.' }
  if (isWriting && headers['content-type'] !== 'application/json')
    return { status: 415, heading: 'Refused', reason: 'The page sends JSON.' }
  return isForeign && !isOpened
    ? { status: 403, heading: 'Refused', reason: 'The request comes from another site.' }
    : undefined
}

/** The value of a cookie; undefined if the header does not have it. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([found]) => found === name)?.[1]
}
