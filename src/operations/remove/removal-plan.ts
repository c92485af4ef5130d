/** Something that a removal takes from a host, or from the swarm of which it is a manager. */
export type GoingThing = {
  kind: 'container' | 'service' | 'network' | 'config' | 'secret' | 'volume' | 'image' | 'file' | 'records'
  /** For a file, its path in the app's directory. */
  name: string
  /** What the Engine knows it by: its id, and for an image the names to remove. */
  ids: readonly string[]
}

/** Something of the app, or near it, that a removal leaves. */
export type StayingThing = {
  kind: Exclude<GoingThing['kind'], 'records'>
  name: string
  reason: string
}

/** What a removal takes from a host, and what it leaves there. */
export type RemovalPlan = {
  host: string
  /** The app's directory. */
  path: string
  going: readonly GoingThing[]
  staying: readonly StayingThing[]
  /** With `engine: swarm`: the manager and the other nodes that dray reaches. */
  nodes?: readonly NodeRemoval[]
  /** With `engine: swarm`: names of the nodes of the swarm that dray does not reach. */
  unreadNodes?: readonly string[]
}

/** Containers, images and volumes of a stack on one node. */
export type NodeRemoval = Pick<RemovalPlan, 'host' | 'going' | 'staying'>

export type RemovalWish = { volumes: boolean; env: boolean }
