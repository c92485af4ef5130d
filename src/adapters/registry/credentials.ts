import type { Credentials } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { Secret } from '../../shared/secrets/secret.ts'
import { createDockerLogins, type DockerLoginSources } from './docker-logins.ts'

/** A registry in `registries:` of dray.yml. */
export type ConfiguredRegistry = {
  username?: string
  /** Name of the environment variable that holds the password. */
  passwordVariable?: string
}

/**
 * From `env`, the environment with the deploy-time values, only GITHUB_ACTOR, DOCKER_CONFIG and DOCKER_AUTH_CONFIG are
 * read.
 */
export type CredentialSources = DockerLoginSources & {
  /** `registries:` of dray.yml, by host. */
  registries: Readonly<Record<string, ConfiguredRegistry>>
  /** GITHUB_TOKEN and the variables of configured passwords. */
  secretOf: (variable: string) => Secret | undefined
}

/** The login for a registry host, or undefined without one. Throws TOKEN_EMPTY. */
export type CredentialStore = (host: string) => Promise<Credentials | undefined>

/**
 * Finds registry logins, each once: GITHUB_TOKEN for GHCR, then dray.yml, then Docker's store, then GitHub's command line.
 * GITHUB_TOKEN is sent to GHCR only.
 */
export function createCredentialStore(sources: CredentialSources): CredentialStore {
  const dockerLogin = createDockerLogins(sources)
  const found = new Map<string, Promise<Credentials | undefined>>()

  async function find(host: string): Promise<Credentials | undefined> {
    return (
      deployTimeLogin(host, sources) ??
      configuredLogin(host, sources) ??
      (await dockerLogin(host)) ??
      (await githubCommandLogin(host, sources))
    )
  }

  return (name) => {
    const host = name.toLowerCase()
    const login = found.get(host) ?? find(host)
    found.set(host, login)
    return login
  }
}

function deployTimeLogin(host: string, { env, secretOf }: CredentialSources): Credentials | undefined {
  const token = secretOf('GITHUB_TOKEN')
  if (host !== GHCR || token === undefined) return undefined
  return { username: usernameOnGhcr(env), password: nonEmpty(token, 'GITHUB_TOKEN', host) }
}

function configuredLogin(host: string, { registries, secretOf }: CredentialSources): Credentials | undefined {
  const [name, configured] = Object.entries(registries).find(([key]) => key.toLowerCase() === host) ?? []
  const variable = configured?.passwordVariable
  if (name === undefined || variable === undefined) return undefined
  const password = nonEmpty(secretOf(variable), variable, name)
  return { username: configured?.username ?? 'token', password, passwordVariable: variable }
}

async function githubCommandLogin(
  host: string,
  sources: CredentialSources,
): Promise<Credentials | undefined> {
  if (host !== GHCR) return undefined
  const { exitCode, stdout } = await sources.runCommand(
    ['gh', 'auth', 'token', '--hostname', 'github.com'],
    {},
  )
  const token = stdout.trim()
  if (exitCode !== 0 || token === '') return undefined
  return { username: usernameOnGhcr(sources.env), password: new Secret(token) }
}

/** GHCR checks only the token, but Basic authentication requires a name. */
function usernameOnGhcr(env: CredentialSources['env']): string {
  return env['GITHUB_ACTOR']?.trim() || 'token'
}

function nonEmpty(value: Secret | undefined, variable: string, host: string): Secret {
  const token = value?.trim()
  if (token !== undefined && !token.isEmpty) return token
  const state = value === undefined ? 'is not set' : 'is empty'
  const hint =
    variable === 'GITHUB_TOKEN'
      ? undefined
      : `Set it in the environment. In Actions, add \`${variable}: \${{ secrets.${variable} }}\` to the \`env:\` of the step.`
  throw new DrayError('TOKEN_EMPTY', `${variable}, the password for ${host}, ${state}.`, { hint })
}

const GHCR = 'ghcr.io'
