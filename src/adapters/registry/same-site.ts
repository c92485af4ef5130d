import { isIP } from 'node:net'

/** Domains of registries whose token service is in another domain of the same operator. */
const RELATED: readonly (readonly string[])[] = [
  ['scw.cloud', 'scaleway.com'],
  ['redhat.com', 'redhat.io'],
]

/** Whether two host names belong to one operator, as far as their domains show it: `registry.example.com`, `gitlab.example.com`. */
export function isSameSite(hostname: string, other: string): boolean {
  const domains = [domainOf(hostname), domainOf(other)] as const
  return domains[0] === domains[1] || RELATED.some((related) => domains.every((it) => related.includes(it)))
}

/** The last two labels, or three below a suffix such as `co.uk`. An address is whole. */
function domainOf(hostname: string): string {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return hostname
  return /[^.]+\.(?:(?:com?|org|net|gov|edu|ac)\.[a-z]{2}|[^.]+)$/.exec(hostname)?.[0] ?? hostname
}
