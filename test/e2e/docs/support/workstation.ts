import type { RunResult } from '../../../support/net/run-command.ts'
import type { TestNet } from '../../../support/net/test-net.ts'

/** A developer's own machine: Node, git and Docker, and a key that the server accepts. */
export type Workstation = {
  /** Types a script into a shell, in an empty home directory; it ends at the first command that fails. */
  type(script: string, env?: Readonly<Record<string, string>>): Promise<RunResult>
}

type Options = {
  net: TestNet
  /** Name in the network of the server. */
  server: string
  /** Name by which the workstation knows it, as DNS would tell. */
  serverName: string
  /** Name of the machine with an Engine that becomes the workstation; it stays one as long as the network. */
  machine: string
}

/**
 * Makes a server of the network a workstation: it gets the client's key, and knows another server by a name of its own.
 * @throws Error when a part of it cannot be written
 */
export async function setUpWorkstation({ net, server, serverName, machine }: Options): Promise<Workstation> {
  const workstation = net.server(machine)
  const must = async (script: string, input = ''): Promise<string> => {
    const { exitCode, stdout, stderr } = await workstation.run(['sh', '-ec', script], { input })
    if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}: ${stderr}`)
    return stdout
  }
  // The machines of a network share this one's memory, and each has process numbers of its own: a dray on another machine
  // would take this one's private files for those of a dray that was killed.
  await must('mount -t tmpfs tmpfs /dev/shm')
  const ofClient = async (file: string): Promise<string> =>
    (await net.client.run(['cat', `/root/.ssh/${file}`])).stdout
  await must('mkdir -p -m 700 /root/.ssh; cat >>/etc/hosts', `${net.server(server).address} ${serverName}\n`)
  await must('umask 077; cat >/root/.ssh/id_ed25519', await ofClient('id_ed25519'))
  const knownHosts = (await ofClient('known_hosts')).replaceAll(`${server},`, `${serverName},`)
  await must('cat >/root/.ssh/known_hosts', knownHosts)
  const home = (await must('mktemp -d')).trim()
  const { caFile } = net.facts.registry
  return {
    type: (script, env = {}) =>
      workstation.run(['sh', '-ec', script], {
        cwd: home,
        env: { HOME: home, SSL_CERT_FILE: caFile, NODE_EXTRA_CA_CERTS: caFile, ...env },
        timeoutMs: 400_000,
      }),
  }
}
