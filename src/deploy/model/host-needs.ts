/** What a service needs of a host besides its image: Docker refuses to create or start its container without it. */
export type HostNeeds = {
  /**
   * Mounted paths of the host, absolute or relative to the app's directory. `isRequired`: Docker refuses if one is missing;
   * otherwise it creates an empty directory, owned by root.
   */
  sources?: readonly { path: string; isRequired: boolean }[]
  /** Limit of CPUs. */
  cpus?: number
  runtime?: string
  /** Containers, by name or id, that it shares something with, and the key that says so. */
  containers?: readonly { name: string; key: string }[]
  /** Fixed addresses; `network` is the name on the host. */
  addresses?: readonly { network: string; address: string }[]
}

/** A network that Compose creates for the app: its name on the host, and the subnets that the file sets. */
export type CreatedNetwork = { name: string; subnets: readonly string[] }

/** A network on the host. */
export type HostNetwork = {
  name: string
  /** Labels of Compose; undefined if Compose did not create it. */
  project: string | undefined
  key: string | undefined
  subnets: readonly string[]
}

/** What the Engine offers to containers. */
export type Capacity = { cpus: number; runtimes: readonly string[] }
