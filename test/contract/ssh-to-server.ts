import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SshShell } from '../../src/adapters/host/ssh-shell.ts'
import type { TestNet } from '../support/net/test-net.ts'

/** Ways to the servers of a test network from this very process, with the client's key and its known hosts. */
export type SshAccess = AsyncDisposable & {
  /** A shell of a user on a server, not connected yet. `options` are lines of ssh_config(5), which come first. */
  shell(user: string, serverName: string, options?: readonly string[]): Promise<SshShell>
}

export async function openSshAccess(net: TestNet): Promise<SshAccess> {
  const directory = await mkdtemp(join(tmpdir(), 'ssh-access-'))
  const [key, knownHosts] = await Promise.all(
    ['id_ed25519', 'known_hosts'].map(async (name) => {
      const { stdout } = await net.client.run(['cat', `/root/.ssh/${name}`])
      const path = join(directory, name)
      await writeFile(path, stdout)
      await chmod(path, 0o600)
      return path
    }),
  )
  let count = 0
  return {
    async shell(user, serverName, options = []) {
      const configFile = join(directory, `config-${(count += 1)}`)
      const lines = [
        ...options,
        `HostName ${net.server(serverName).address}`,
        `IdentityFile ${key}`,
        'IdentitiesOnly yes',
        `UserKnownHostsFile ${knownHosts}`,
      ]
      await writeFile(configFile, `Host *\n${lines.map((line) => `  ${line}\n`).join('')}`)
      return new SshShell(`${user}@${serverName}`, { configFile })
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
