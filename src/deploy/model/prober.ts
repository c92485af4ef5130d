/**
 * A URL of the app, and what it must answer after the deploy: a status under `below`, or `orStatus`, the server error that it
 * answered before. `fromHost`: it is requested from the host, whatever its address; otherwise only `localhost` is.
 */
export type Entrance = { url: string; below: number; orStatus?: number; fromHost?: true }

/** One answer to a probe. */
export type ProbeAnswer = { status: number } | ProbeError

/** `unsent`: the request did not reach the app's host, so that the app may be well. */
export type ProbeError = { error: string; unsent?: true }

/** Requests to the app as its users send them. */
export interface Prober {
  /**
   * One GET on a new connection: from the host to `localhost` and with `fromHost`, otherwise from here, as by the app's users.
   * Never throws.
   */
  get(url: string, timeoutMs: number, options?: { fromHost?: true }): Promise<ProbeAnswer>
  /** Whether a process listens at an address in the host's networks; `unknown` if those cannot be reached. */
  listens(address: string, port: number): Promise<'yes' | 'no' | 'unknown'>
}
