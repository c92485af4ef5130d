/** What another process needs to know to use a running test network; plain data. */
export type TestNetFacts = {
  /** Number of the network on this machine: several may run at once. */
  id: number
  stateDirectory: string
  /** The address under which this machine itself stands in the network. */
  hostAddress: string
  hub: MachineFacts
  client: MachineFacts
  servers: readonly MachineFacts[]
  registry: RegistryFacts
}

export type MachineFacts = {
  name: string
  address: string
  /** The process whose namespaces are the machine's, as the machine under it numbers processes. */
  pid: number
  /** Whether it numbers its processes itself, so that `ps` in it shows its own only. */
  ownProcesses: boolean
  /** PATH in the machine. */
  path: string
  engine: EngineVersion | 'none'
}

/** `containerd`: the newest, which has containerd keep its images, as Engine 29 does where it is new. */
export type EngineVersion = 'newest' | 'containerd' | '20.10'

export type RegistryFacts = {
  /** HOST:PORT on the loopback, plain HTTP and no login: what `docker push` of this machine's own Engine accepts. */
  pushHost: string
  controlUrl: string
  /** The certificate of the authority that signed ghcr.io's. */
  caFile: string
}

/** Addresses are given in order, so that every machine's /etc/hosts can be written before the others exist. */
export function addressesOf(id: number) {
  const at = (last: number) => `10.213.${id}.${last}`
  return {
    host: at(1),
    ghcr: at(2),
    example: at(3),
    client: at(9),
    server: (index: number) => at(11 + index),
  }
}
