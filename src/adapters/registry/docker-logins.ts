import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { Credentials } from '../../deploy/model/ports.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { Secret } from '../../shared/secrets/secret.ts'
import type { CommandOutput } from '../host/command-runner.ts'
import { IDENTITY_TOKEN_USER } from './token-service.ts'

/** Runs a command on this machine; exit code 127 means that the program does not exist. */
export type RunCommand = (argv: readonly string[], options: { input?: string }) => Promise<CommandOutput>

export type DockerLoginSources = {
  env: Readonly<Record<string, string | undefined>>
  homeDirectory: string
  runCommand: RunCommand
  /** Called if a stored login cannot be read; the registry is then used without one. */
  warn?: (text: string) => void
}

/**
 * Logins stored by `docker login`: https://github.com/docker/cli, `cli/config`. In Docker's order: DOCKER_AUTH_CONFIG,
 * the credential helper of the registry or of all registries, the file itself. An OAuth refresh token has the user name
 * `<token>`. As with Docker, an unreadable entry causes a warning and counts as no login.
 */
export function createDockerLogins(
  sources: DockerLoginSources,
): (host: string) => Promise<Credentials | undefined> {
  const { env, warn = () => undefined } = sources
  const path = join(env['DOCKER_CONFIG'] || join(sources.homeDirectory, '.docker'), 'config.json')
  let file: Promise<DockerConfig> | undefined

  async function login(host: string): Promise<Credentials | undefined> {
    const given = env['DOCKER_AUTH_CONFIG']
    if (given) {
      const inMemory = storedLogin(host, parseConfig(given, 'DOCKER_AUTH_CONFIG', warn))
      if (inMemory !== undefined) return inMemory
    }
    file ??= readConfig(path, warn)
    const config = await file
    const helper = config.credHelpers?.[host] ?? config.credHelpers?.[serverOf(host)] ?? config.credsStore
    return (helper ? await helperLogin(host, helper, sources) : undefined) ?? storedLogin(host, config)
  }

  return login
}

async function helperLogin(
  host: string,
  helper: string,
  { runCommand, warn }: DockerLoginSources,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`
  if (!/^[\w.-]+$/.test(helper)) {
    warn?.(`Docker's configuration has an invalid name for a credential helper: ${JSON.stringify(helper)}.`)
    return undefined
  }
  const { exitCode, stdout } = await runCommand([program, 'get'], { input: serverOf(host) })
  if (exitCode === 127) warn?.(`Docker's configuration refers to ${program}, which is not installed here.`)
  // In the protocol of the helpers, a missing login is a failure, too.
  if (exitCode !== 0) return undefined
  const answer = helperAnswer.safeParse(parseJson(stdout))
  if (answer.success) return loginOf(answer.data.Username, answer.data.Secret)
  warn?.(`${program} returned an invalid login.`)
  return undefined
}

function storedLogin(host: string, config: DockerConfig): Credentials | undefined {
  const [, entry] =
    Object.entries(config.auths ?? {}).find(([key]) => hostOf(key) === hostOf(serverOf(host))) ?? []
  if (entry === undefined) return undefined
  if (entry.identitytoken) return loginOf(IDENTITY_TOKEN_USER, entry.identitytoken)
  const [, username = '', password = ''] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(entry.auth ?? '', 'base64').toString('utf8')) ?? []
  // Docker pads stored values.
  return (
    loginOf(username, password.replace(/\0+$/, '')) ?? loginOf(entry.username ?? '', entry.password ?? '')
  )
}

function loginOf(username: string, password: string): Credentials | undefined {
  return username === '' || password === '' ? undefined : { username, password: new Secret(password) }
}

/** The login of Docker Hub is stored under its oldest address. */
function serverOf(host: string): string {
  return host === 'docker.io' ? 'https://index.docker.io/v1/' : host
}

/** Keys of the file may be URLs: `https://ghcr.io/v2/`. */
function hostOf(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/s, '')
    .toLowerCase()
}

async function readConfig(path: string, warn: (text: string) => void): Promise<DockerConfig> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const isAbsent =
      error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    if (!isAbsent) warn(`${path} cannot be read; Docker's stored logins are not used.`)
    return {}
  }
  return parseConfig(text, path, warn)
}

function parseConfig(text: string, name: string, warn: (text: string) => void): DockerConfig {
  const parsed = configSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  warn(`${name} is not a valid Docker configuration; its logins are not used.`)
  return {}
}

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
})

const configSchema = z.object({
  auths: z.record(z.string(), entrySchema).optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
})

type DockerConfig = z.infer<typeof configSchema>

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() })
