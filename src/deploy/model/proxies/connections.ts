import type { Container } from '../container.ts'
import type { Engine } from '../ports.ts'

/** A connection to a container: the address of the other side, and a key of that address, its port and the container's port. */
export type Connection = { from: string; key: string; isOpen: boolean }

/** A container that does not answer in this time is not read. */
const READ_MS = 5_000

const LISTEN = '0A'
const ESTABLISHED = '01'

/**
 * The connections to the ports on which a container listens, from its `/proc/net/tcp` and `tcp6`. The kernel lists a connection
 * that ended for a minute, at the side that closed it first. IPv6 addresses are left out, except those that stand for IPv4.
 * https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function readAccepted(table: string): Connection[] {
  return readRows(table).flatMap(({ local, remote, isOpen, isAccepted }) =>
    isAccepted ? makeConnection(remote, local.port, isOpen) : [],
  )
}

/** The connections that a container opened to one of the addresses, from the same files of its own. */
export function readOpened(table: string, addresses: readonly string[]): Connection[] {
  return readRows(table).flatMap(({ local, remote, isOpen, isAccepted }) =>
    !isAccepted && addresses.includes(remote.address ?? '') ? makeConnection(local, remote.port, isOpen) : [],
  )
}

/** The ports on which something listens there, for others than itself. */
export function readListeningPorts(table: string): ReadonlySet<number> {
  const rows = table.matchAll(/^ *\d+: ([0-9A-F]{8,32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /gm)
  return new Set(
    [...rows].flatMap(([, address = '', port = '']) =>
      isLoopback(address) ? [] : [Number.parseInt(port, 16)],
    ),
  )
}

function isLoopback(hex: string): boolean {
  return hex === `${'0'.repeat(24)}01000000` || readAddress(hex)?.startsWith('127.') === true
}

type End = { address: string | undefined; port: string }

function makeConnection(from: End, port: string, isOpen: boolean): Connection[] {
  const { address } = from
  return address === undefined ? [] : [{ from: address, key: `${address}:${from.port}>${port}`, isOpen }]
}

type Row = { local: End; remote: End; isOpen: boolean; isAccepted: boolean }

/** The rows of connections. One whose local port has a listener was accepted. */
function readRows(table: string): Row[] {
  const rows = [
    ...table.matchAll(/^ *\d+: ([0-9A-F]*):([0-9A-F]{4}) ([0-9A-F]*):([0-9A-F]{4}) ([0-9A-F]{2}) /gm),
  ]
  const listening = new Set(rows.flatMap(([, , port, , , state]) => (state === LISTEN ? [port] : [])))
  return rows.flatMap(([, address = '', port = '', remote = '', remotePort = '', state]) => {
    if (state === LISTEN) return []
    return [
      {
        local: { address: readAddress(address), port },
        remote: { address: readAddress(remote), port: remotePort },
        isOpen: state === ESTABLISHED,
        isAccepted: listening.has(port),
      },
    ]
  })
}

/** The kernel prints an IPv4 address as a number of the machine, which is little-endian on all that dray knows. */
function readAddress(hex: string): string | undefined {
  const isMapped = hex.length === 32 && hex.startsWith('0000000000000000FFFF0000')
  if (hex.length !== 8 && !isMapped) return undefined
  return Buffer.from(hex.slice(-8), 'hex').reverse().join('.')
}

/** The kernel's tables of TCP connections in a running container; empty without `cat` there. Throws what the Engine throws. */
export async function readTable(
  { id }: Pick<Container, 'id'>,
  { exec }: Pick<Engine, 'exec'>,
): Promise<string> {
  // The output that is returned has only the last lines.
  const lines: string[] = []
  await exec(id, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], {
    timeoutMs: READ_MS,
    onLine: (line) => lines.push(line),
  })
  return lines.join('\n')
}

/** The same; also empty if the container has ended. Never throws. */
export function tryReadTable(
  container: Pick<Container, 'id'>,
  engine: Pick<Engine, 'exec'>,
): Promise<string> {
  return readTable(container, engine).catch(() => '')
}
