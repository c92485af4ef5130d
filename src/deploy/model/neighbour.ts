import type { ProxyKind } from './proxy.ts'

/** A proxy of another Compose project, or of none, that shares a network with the app. dray does not touch it. */
export type Neighbour = {
  id: string
  name: string
  /** Empty if Compose did not start it. */
  project: string
  kind: ProxyKind
  networks: readonly { name: string; address: string }[]
}
