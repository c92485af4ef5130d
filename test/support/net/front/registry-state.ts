/** How a registry misbehaves for the requests that match; the first that matches counts. */
export type Fault = {
  /** Source of a regular expression, tried on `METHOD HOST/PATH?QUERY`. */
  match: string
  /** Only so many requests; all unless told. */
  times?: number
  /** Answers with this instead of asking the registry. */
  status?: number
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Waits before it answers. */
  delayMs?: number
  /** Never answers. */
  hang?: boolean
  /** Closes the connection without an answer. */
  reset?: boolean
  /** Sends the body at this pace. */
  bytesPerSecond?: number
  /** Closes the connection after so many bytes of the body. */
  truncateAfterBytes?: number
  /** Changes the body, or the digest in the header where the body is a manifest. */
  wrongDigest?: boolean
}

/** A password that GHCR accepts; for every repository unless told, and with any user name, as GHCR does. */
export type AcceptedToken = { token: string; repositories?: readonly string[] }

export type SeenRequest = {
  /** Milliseconds since the epoch. */
  at: number
  host: string
  method: string
  path: string
  status: number
  /** What the Authorization header was, never its secret; the user name of Basic. */
  authorization: 'none' | 'bearer' | `basic ${string}`
  userAgent: string
}

export type RegistryState = {
  faults: Fault[]
  tokens: AcceptedToken[]
  publicRepositories: string[]
  /** Whether connections to ghcr.io's port are refused. */
  refused: boolean
  /** The account of registry.example.com. */
  example: { user: string; password: string }
}

export type FrontConfig = {
  ghcrAddress: string
  exampleAddress: string
  plainPort: number
  controlPort: number
  certificateFile: string
  keyFile: string
  /** Port of the real registry behind it, on the loopback. */
  upstreamPort: number
  state: RegistryState
}
