/** One line that a container wrote. */
export type LogLine = {
  /** When, as RFC 3339 in UTC with nine digits: as text it sorts by time. */
  at: string
  stream: 'stdout' | 'stderr'
  /** As it was written, control characters and all. */
  text: string
}

export type LogRequest = {
  /** Only what was written from then on: as `LogLine.at`. */
  since: string | undefined
  /** Only so many of the last lines. */
  tail: number | undefined
  /** Go on with what the container writes until it stops. */
  follow: boolean
  signal: AbortSignal
}

export type ContainerChange = {
  containerId: string
  what: 'started' | 'ended'
  /** Of one that has ended. */
  exitCode: number | undefined
}

/** The logs of a host's containers. Methods throw DOCKER_FAILED, and what a broken connection throws. */
export interface LogSource {
  /**
   * How many logs can be read at once; the connection may have few channels. Those that are beyond would wait for one that
   * ends.
   */
  readonly atOnce: number
  /**
   * What a container wrote, in batches as they come; nothing more is fetched than is asked for. Ends when the container is
   * gone. `unreadable` where its logging driver cannot be read.
   */
  logs(containerId: string, request: LogRequest): Promise<AsyncIterable<readonly LogLine[]> | 'unreadable'>
  /** Containers of a Compose project that start or end, from the moment that this resolves. */
  changes(project: string, signal: AbortSignal): Promise<AsyncIterable<ContainerChange>>
}
