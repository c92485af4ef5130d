/** A range of IP addresses, both ends included. */
export type IpRange = { version: 4 | 6; first: bigint; last: bigint }

/** Parses `172.20.0.0/16`, or a single address; undefined for anything else. */
export function parseIpRange(text: string): IpRange | undefined {
  const [address = '', length] = text.split('/')
  const version = address.includes(':') ? 6 : 4
  const number = version === 4 ? readFour(address) : readSix(address)
  const bits = version === 4 ? 32 : 128
  const prefix = length === undefined ? bits : Number(length)
  if (number === undefined || !Number.isInteger(prefix) || prefix < 0 || prefix > bits) return undefined
  const size = 1n << BigInt(bits - prefix)
  const first = number - (number % size)
  return { version, first, last: first + size - 1n }
}

/** Whether two ranges have an address in common. */
export function overlaps(a: IpRange, b: IpRange): boolean {
  return a.version === b.version && a.first <= b.last && b.first <= a.last
}

function readFour(text: string): bigint | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined
  const parts = text.split('.').map(Number)
  return parts.some((part) => part > 255) ? undefined : join(parts, 8n)
}

function readSix(text: string): bigint | undefined {
  if (!/^[0-9a-f:]{2,39}$/i.test(text)) return undefined
  const [head = '', tail, ...more] = text.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = 8 - before.length - after.length
  if (more.length > 0 || missing < 0 || (tail === undefined && missing > 0)) return undefined
  const groups = [...before, ...Array<string>(missing).fill('0'), ...after]
  return groups.every((it) => /^[0-9a-f]{1,4}$/i.test(it))
    ? join(
        groups.map((it) => Number.parseInt(it, 16)),
        16n,
      )
    : undefined
}

function join(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((number, part) => (number << bits) + BigInt(part), 0n)
}
