import type { TestServer } from '../test/support/net/server.ts'

/** What went over SSH to a server so far: commands, and bytes with all that TCP/IP adds. */
export type SshUse = { commands: number; sentBytes: number; receivedBytes: number }

/** Has the server count the bytes of its sshd; a rule without a target does nothing else. */
export async function countSshBytes(server: TestServer): Promise<void> {
  const script = 'iptables -I INPUT -p tcp --dport 22 && iptables -I OUTPUT -p tcp --sport 22'
  const { exitCode, stderr } = await server.run(['sh', '-c', script])
  if (exitCode !== 0) throw new Error(`Bytes are not counted on the server: ${stderr}`)
}

/** Seen from the client: it has sent what the server received. */
export async function readSshUse(server: TestServer): Promise<SshUse> {
  const script =
    'grep -c "Starting session: command" /var/log/sshd.log; iptables -nvxL INPUT 1; iptables -nvxL OUTPUT 1'
  const { stdout } = await server.run(['sh', '-c', script])
  const [commands, ...rules] = stdout.trim().split('\n')
  // Packets, then bytes.
  const [sentBytes = NaN, receivedBytes = NaN] = rules.map((rule) => Number(rule.trim().split(/\s+/)[1]))
  return { commands: Number(commands), sentBytes, receivedBytes }
}

/** What was used from one reading to the next. */
export function sshUseBetween(before: SshUse, after: SshUse): SshUse {
  return {
    commands: after.commands - before.commands,
    sentBytes: after.sentBytes - before.sentBytes,
    receivedBytes: after.receivedBytes - before.receivedBytes,
  }
}
