import type { CommandRunner } from '../host/command-runner.ts'

const TIMEOUT_MS = 10_000
/** State `0A` of a row: a port that is listened on. */
const LISTENING = '^ *[0-9]*: [0-9A-F]*:[0-9A-F]* [0-9A-F]*:[0-9A-F]* 0A '

/**
 * The rows of the host's `/proc/net/tcp` and `tcp6` that have one of the IPv4 addresses as the remote one, and those of listening
 * ports. Empty if they cannot be read. https://docs.kernel.org/networking/proc_net_tcp.html
 */
export async function listConnections(runner: CommandRunner, addresses: readonly string[]): Promise<string> {
  const remote = addresses.map((address) => ` ([0-9A-F]{24})?${toHex(address)}:[0-9A-F]{4} [0-9A-F]{2} `)
  const argv = ['grep', '-hE', [LISTENING, ...remote].join('|'), '/proc/net/tcp', '/proc/net/tcp6']
  const { stdout } = await runner
    .run(argv, { timeoutMs: TIMEOUT_MS, beside: true })
    .catch(() => ({ stdout: '' }))
  return stdout
}

/** The kernel prints an address as a number of the machine, which is little-endian on all that dray knows. */
function toHex(address: string): string {
  return Buffer.from(address.split('.').map(Number).reverse()).toString('hex').toUpperCase()
}
