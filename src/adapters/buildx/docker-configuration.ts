import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { Credentials } from '../../deploy/model/ports.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { IDENTITY_TOKEN_USER } from '../registry/token-service.ts'

const configSchema = z.looseObject({
  auths: z.record(z.string(), z.unknown()).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
})

/**
 * Writes a Docker configuration to `directory`, for DOCKER_CONFIG: the user's own from `original`, with its plugins,
 * contexts and builders, plus these logins by registry host. Returns the directory.
 */
export async function writeDockerConfiguration(
  directory: string,
  { original, logins }: { original: string; logins: ReadonlyMap<string, Credentials> },
): Promise<string> {
  const path = join(directory, 'docker')
  await mkdir(path, { mode: 0o700 })
  const beside = await readdir(original).catch(() => [])
  for (const name of beside.filter((it) => it !== 'config.json'))
    await symlink(join(original, name), join(path, name))

  const config = await readConfig(join(original, 'config.json'))
  const auths = { ...config.auths }
  const credHelpers = { ...config.credHelpers }
  for (const [host, login] of logins) {
    auths[host] = authOf(login)
    // An empty helper means that the file has the login (docker/cli, configfile.go); otherwise the store for all is used.
    credHelpers[host] = ''
  }
  await writeFile(join(path, 'config.json'), JSON.stringify({ ...config, auths, credHelpers }), {
    mode: 0o600,
  })
  return path
}

function authOf({ username, password }: Credentials): object {
  if (username === IDENTITY_TOKEN_USER) return { identitytoken: password.reveal() }
  return { auth: Buffer.from(`${username}:${password.reveal()}`).toString('base64') }
}

/** As Docker does, a configuration that cannot be read is ignored. */
async function readConfig(path: string): Promise<z.infer<typeof configSchema>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return configSchema.safeParse(parseJson(text)).data ?? {}
}
