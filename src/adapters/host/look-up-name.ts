import { lookup } from 'node:dns/promises'

/** All addresses of a name as resolved on this machine; empty if it is unknown. */
export async function lookUpName(name: string): Promise<string[]> {
  try {
    const found = await lookup(name, { all: true })
    return [...new Set(found.map(({ address }) => address))].sort()
  } catch {
    return []
  }
}
