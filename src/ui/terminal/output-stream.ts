/** A stream that output is written to; `process.stdout` and `process.stderr` are such. */
export type OutputStream = {
  /** Gives false when the reader is behind: then `drain` tells when it has caught up. */
  write(text: string): unknown
  /** Writes a workflow command of GitHub Actions as a line, where `write` would keep the runner from taking it for one. */
  command?(line: string): unknown
  once?(event: 'drain' | 'error', listener: () => void): unknown
  off?(event: 'drain' | 'error', listener: () => void): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}
