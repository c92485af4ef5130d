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
 * Writes a configuration of Docker's into `directory`, for DOCKER_CONFIG: all that the user's own at `original` has, plugins,
 * contexts and builders included, and these logins by registry host. Gives the directory.
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
    // An empty helper says that the file has it (docker/cli, configfile.go): the store for all would be asked otherwise.
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

/** Docker warns of one that it cannot read, and goes on without. */
async function readConfig(path: string): Promise<z.infer<typeof configSchema>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return configSchema.safeParse(parseJson(text)).data ?? {}
}
