/** One answer to a probe. */
export type ProbeAnswer = { status: number } | { error: string }

/** Requests to the app as its users send them. */
export interface Prober {
  /** One GET on a connection of its own. Never throws. */
  get(url: string, timeoutMs: number): Promise<ProbeAnswer>
  /** Whether something listens at an address of the host's networks; `unknown` where they cannot be reached. */
  listens(address: string, port: number): Promise<'yes' | 'no' | 'unknown'>
}
