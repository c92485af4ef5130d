/** A stream for output, such as `process.stdout` and `process.stderr`. */
export type OutputStream = {
  /** Returns false if the reader is behind; `drain` is emitted when it has caught up. */
  write(text: string): unknown
  /** Writes a workflow command of GitHub Actions as a line, without the defusing that `write` does. */
  command?(line: string): unknown
  once?(event: 'drain' | 'error', listener: () => void): unknown
  off?(event: 'drain' | 'error', listener: () => void): unknown
  readonly isTTY?: boolean
  /** It is redirected into a file. */
  readonly isFile?: boolean
  readonly columns?: number
  readonly rows?: number
}
