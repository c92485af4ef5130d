/**
 * A URL of the app, and what it must answer after the deploy: a status under `below`, or `orStatus`, the server error that it
 * answered before. `fromHost`: it is requested from the host, whatever its address; otherwise only `localhost` is. `domain`: it
 * is one that the front serves.
 */
export type Entrance = {
  url: string
  below: number
  orStatus?: number
  fromHost?: true
  domain?: ServedDomain
}

/**
 * The request goes to the host itself, wherever the domain's address leads, and needs a valid certificate. `anyIssuer`: by
 * whom it was issued is not checked.
 */
export type ServedDomain = { anyIssuer: boolean }

/** One answer to a probe. */
export type ProbeAnswer = { status: number } | ProbeError

/** `unsent`: the request did not reach the app's host, so that the app may be well. */
export type ProbeError = { error: string; unsent?: true }

/** Requests to the app as its users send them. */
export interface Prober {
  /**
   * One GET on a new connection: from the host to `localhost` and with `fromHost` or `domain`, otherwise from here, as by the
   * app's users. Never throws.
   */
  get(
    url: string,
    timeoutMs: number,
    options?: { fromHost?: true; domain?: ServedDomain },
  ): Promise<ProbeAnswer>
  /** The addresses of a name, as seen from here; empty if it has none. Never throws. */
  lookUp(name: string): Promise<readonly string[]>
  /** Whether a process listens at an address in the host's networks; `unknown` if those cannot be reached. */
  listens(address: string, port: number): Promise<'yes' | 'no' | 'unknown'>
  /** The kernel's table of the host's TCP connections to IPv4 addresses, with its listening ports; empty if it cannot be read. */
  connections(addresses: readonly string[]): Promise<string>
  /**
   * The kernel's tables of TCP connections and unix sockets in containers, by the id of the container; without those that the host
   * does not show. Never rejects.
   */
  networkTables(containers: readonly { id: string; pid?: number }[]): Promise<ReadonlyMap<string, string>>
}
