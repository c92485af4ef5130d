import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SshRunner } from '../../../src/adapters/host/ssh-runner.ts'
import type { TestServer } from '../net/server.ts'
import type { TestNet } from '../net/test-net.ts'

/** Ways to the servers of a test network from this very process, with the client's key and its known hosts. */
export type SshAccess = AsyncDisposable & {
  /** A shell of a user on a server, not connected yet. `options` are lines of ssh_config(5), which come first. */
  shell(user: string, serverName: string, options?: readonly string[]): Promise<SshRunner>
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
      return new SshRunner(`${user}@${serverName}`, { configFile })
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

/** Adds a line of sshd_config(5) to a server and starts its sshd again; resolves when sshd listens. */
export async function configureSshd(server: TestServer, line: string): Promise<void> {
  const script = `
    listened() { grep -c 'Server listening' /var/log/sshd.log; }
    before=$(listened)
    echo "$1" >> /etc/ssh/sshd_config
    kill -HUP "$(cat /run/sshd.pid)"
    until [ "$(listened)" -gt "$before" ]; do sleep 0.1; done`
  const { exitCode, stderr } = await server.run(['sh', '-c', script, 'sh', line])
  if (exitCode !== 0) throw new Error(`sshd does not listen any more: ${stderr}`)
}
