/** How a registry wants to be asked. */
export type Challenge =
  { scheme: 'bearer'; realm: string; service?: string; scope?: string } | { scheme: 'basic' }

/**
 * Reads `WWW-Authenticate` (RFC 9110, section 11.6.1). Of several challenges the token service is taken; undefined when
 * there is none that we can answer.
 */
export function parseChallenge(header: string | null): Challenge | undefined {
  const found = header === null ? [] : splitChallenges(header)
  for (const { scheme, params } of found) {
    const realm = params.get('realm')
    if (scheme !== 'bearer' || realm === undefined) continue
    return { scheme, realm, service: params.get('service'), scope: params.get('scope') }
  }
  return found.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : undefined
}

/** What a token lets its holder do with a repository. */
export type Access = 'pull' | 'pull,push'

/**
 * The scope to ask a token for. GHCR hints at a dummy (`repository:user/image:pull`) in places, so the hint counts only
 * when it is about our repository; and it says what reading needs, so for more than that it does not count.
 */
export function tokenScope(repository: string, access: Access, hint: string | undefined): string {
  const isOurs = access === 'pull' && hint?.startsWith(`repository:${repository}:`)
  return isOurs === true && hint !== undefined ? hint : `repository:${repository}:${access}`
}

function splitChallenges(header: string): { scheme: string; params: Map<string, string> }[] {
  const challenges: { scheme: string; params: Map<string, string> }[] = []
  for (const [, name = '', quoted, plain] of header.matchAll(NAME_OR_PAIR)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), params: new Map() })
    else challenges.at(-1)?.params.set(name.toLowerCase(), value)
  }
  return challenges
}

/** A name alone is a scheme, a name with a value is a parameter of the scheme before it. */
const NAME_OR_PAIR = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g
