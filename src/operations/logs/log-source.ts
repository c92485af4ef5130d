import type { LogLine } from '../../shared/log-line.ts'

export type LogRequest = {
  /** Only lines written from this time on, in the form of `LogLine.at`. */
  since: string | undefined
  /** Only this number of last lines. */
  tail: number | undefined
  /** Continue with new lines until the container stops. */
  follow: boolean
  signal: AbortSignal
}

export type ContainerChange = {
  containerId: string
  change: 'started' | 'ended'
  /** Only for an exited container. */
  exitCode: number | undefined
}

/** The logs of a host's containers. Methods throw DOCKER_FAILED, and what a broken connection throws. */
export interface LogSource {
  /**
   * Number of logs that can be read at the same time; the connection may have few channels. Further logs would wait for one
   * to end.
   */
  readonly atOnce: number
  /**
   * Log of a container, in batches; fetches no more than requested. Ends when the container is removed. `unreadable` if its
   * logging driver cannot be read.
   */
  logs(containerId: string, request: LogRequest): Promise<AsyncIterable<readonly LogLine[]> | 'unreadable'>
  /** Containers of a Compose project that start or exit, from the moment that this resolves. */
  changes(project: string, signal: AbortSignal): Promise<AsyncIterable<ContainerChange>>
}
