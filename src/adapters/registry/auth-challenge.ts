/** The authentication that a registry requires. */
export type Challenge =
  { scheme: 'bearer'; realm: string; service?: string; scope?: string } | { scheme: 'basic' }

/**
 * Parses `WWW-Authenticate` (RFC 9110, section 11.6.1). Prefers the token service among several challenges; undefined if no
 * challenge is supported.
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

/** The access that a token grants to a repository. */
export type Access = 'pull' | 'pull,push'

/**
 * The scope to request a token for. GHCR sometimes suggests a dummy (`repository:user/image:pull`), so the suggestion is
 * used only if it names this repository. It covers reading only, so it is not used for other access.
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

/** A name alone is a scheme; a name with a value is a parameter of the preceding scheme. */
const NAME_OR_PAIR = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g
