/** One answer to a probe. */
export type ProbeAnswer = { status: number } | { error: string }

/** Requests to the app as its users send them. */
export interface Prober {
  /** One GET on a new connection. Never throws. */
  get(url: string, timeoutMs: number): Promise<ProbeAnswer>
  /** Whether a process listens at an address in the host's networks; `unknown` if those cannot be reached. */
  listens(address: string, port: number): Promise<'yes' | 'no' | 'unknown'>
}
