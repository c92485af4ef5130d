import { randomBytes } from 'node:crypto'
import type { AcceptedToken, RegistryState } from './registry-state.ts'

type Grant = { repository: string | undefined; credential: string | undefined }

/** Who may read what at ghcr.io: the packages that are public, the tokens that count, and the bearers given for them. */
export class GhcrAccounts {
  readonly #state: RegistryState
  readonly #bearers = new Map<string, Grant>()

  constructor(state: RegistryState) {
    this.#state = state
  }

  findToken(secret: string): AcceptedToken | undefined {
    return this.#state.tokens.find(({ token }) => token === secret)
  }

  isPublic(repository: string): boolean {
    return this.#state.publicRepositories.includes(repository)
  }

  /** An opaque bearer for one repository, bound to the credential it was given for. */
  grant(repository: string | undefined, credential: string | undefined): string {
    const bearer = randomBytes(24).toString('base64url')
    this.#bearers.set(bearer, { repository, credential })
    return bearer
  }

  /** `unknown`: no login that counts; `denied`: a login, but not for this repository. */
  check(bearer: string, repository: string | undefined): 'allowed' | 'denied' | 'unknown' {
    const grant = this.#bearers.get(bearer) ?? this.#shortcut(bearer)
    if (grant === undefined) return 'unknown'
    if (grant.credential === undefined) {
      return repository === undefined || this.isPublic(repository) ? 'allowed' : 'denied'
    }
    const token = this.findToken(grant.credential)
    if (token === undefined) return 'unknown'
    if (grant.repository !== undefined && grant.repository !== repository) return 'unknown'
    return repository === undefined || mayUse(token, repository) ? 'allowed' : 'denied'
  }

  /** GHCR also takes the token itself as a bearer, in base64 (undocumented, used by several clients). */
  #shortcut(bearer: string): Grant | undefined {
    const credential = Buffer.from(bearer, 'base64').toString()
    return this.findToken(credential) === undefined ? undefined : { repository: undefined, credential }
  }
}

function mayUse(token: AcceptedToken, repository: string): boolean {
  return token.repositories === undefined || token.repositories.includes(repository)
}
