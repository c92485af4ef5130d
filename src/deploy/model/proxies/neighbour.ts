import type { Container } from '../container.ts'
import type { ProxyKind } from './proxy.ts'

/**
 * A container of another Compose project, or of none, that shares a network with the app. dray does not touch it, unless it is a
 * proxy that dray.yml names in `proxy.containers`.
 */
export type Neighbour = {
  id: string
  name: string
  /** Empty if Compose did not start it. */
  project: string
  /** Absent if it is no proxy. */
  kind?: ProxyKind
  networks: readonly { name: string; address: string }[]
  container: Container
}

/** Proxies that look a name up when they start, and keep its address: they do not notice that a container is replaced. */
const KEEPS_ADDRESSES: readonly (ProxyKind | undefined)[] = ['nginx', 'haproxy']

export function keepsAddresses({ kind }: Pick<Neighbour, 'kind'>): boolean {
  return KEEPS_ADDRESSES.includes(kind)
}

/** `Container gateway of project edge (nginx)`. */
export function describeNeighbour({
  name,
  project,
  kind,
}: Pick<Neighbour, 'name' | 'project' | 'kind'>): string {
  const of = project === '' ? '' : ` of project ${project}`
  return `Container ${name}${of}${kind === undefined ? '' : ` (${kind})`}`
}
