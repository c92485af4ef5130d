/** The address of each port that is published on one address only, and not on every address of the host. */
export function findSingleAddresses(
  published: readonly { address: string; port: string }[],
): Readonly<Record<string, string>> {
  const everywhere = new Set(published.filter(({ address }) => isAny(address)).map(({ port }) => port))
  const single = published.filter(({ address, port }) => !isAny(address) && !everywhere.has(port))
  // The first of several counts.
  return Object.fromEntries(single.toReversed().map(({ address, port }) => [port, address]))
}

function isAny(address: string): boolean {
  return address === '' || address === '0.0.0.0' || address === '::'
}
