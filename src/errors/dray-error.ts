import { catalogue, type ErrorCode } from './catalogue.ts'
import type { ExitCode } from './exit-code.ts'

/** Facts that the reporters may show beside the message; never a secret. */
export type ErrorDetails = {
  /** Last lines of a log, also its first ones, or of a command's output. */
  logTail?: readonly string[]
  /** The container or the command that the log belongs to. */
  logOf?: string
  /** `file:line:column`, which editors can open. */
  location?: { file: string; line: number; column: number }
  /** Several problems of one kind, one per line. */
  problems?: readonly string[]
}

export type ErrorOptions = {
  /** Instead of the catalogue's hint. */
  hint?: string
  details?: ErrorDetails
  /** The same request may succeed shortly after. */
  temporary?: boolean
  /** Instead of the catalogue's exit code. */
  exitCode?: ExitCode
  cause?: unknown
}

/** The only error class that users see: a code of the catalogue, and a sentence with its subject. */
export class DrayError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly exitCode: ExitCode
  readonly temporary: boolean
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'DrayError'
    this.code = code
    this.hint = options.hint ?? catalogue[code].hint
    this.exitCode = options.exitCode ?? catalogue[code].exitCode
    this.temporary = options.temporary ?? false
    this.details = options.details ?? {}
  }
}
