/** A connection that a process of a container accepted: the address of the other side, and the ports of both. */
export type Connection = { from: string; key: string; isOpen: boolean }

const LISTEN = '0A'
const ESTABLISHED = '01'

/**
 * The connections to the ports on which a container listens, from `/proc/net/tcp` and `tcp6`; those that ended are listed for a
 * minute. IPv6 addresses are left out, except those that stand for IPv4. https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function readConnections(table: string): Connection[] {
  const rows = [
    ...table.matchAll(/^ *\d+: [0-9A-F]*:([0-9A-F]{4}) ([0-9A-F]*):([0-9A-F]{4}) ([0-9A-F]{2}) /gm),
  ]
  const listening = new Set(rows.flatMap(([, port, , , state]) => (state === LISTEN ? [port] : [])))
  return rows.flatMap(([, port = '', remote = '', remotePort = '', state]) => {
    const from = readAddress(remote)
    if (state === LISTEN || !listening.has(port) || from === undefined) return []
    return [{ from, key: `${from}:${remotePort}>${port}`, isOpen: state === ESTABLISHED }]
  })
}

/** The kernel prints an IPv4 address as a number of the machine, which is little-endian on all that dray knows. */
function readAddress(hex: string): string | undefined {
  const isMapped = hex.length === 32 && hex.startsWith('0000000000000000FFFF0000')
  if (hex.length !== 8 && !isMapped) return undefined
  return Buffer.from(hex.slice(-8), 'hex').reverse().join('.')
}
