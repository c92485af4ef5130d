import { lookup } from 'node:dns/promises'

/** Every address of a name, as this machine looks names up; none where it is not known. */
export async function lookUpName(name: string): Promise<string[]> {
  try {
    const found = await lookup(name, { all: true })
    return [...new Set(found.map(({ address }) => address))].sort()
  } catch {
    return []
  }
}
