import type { Failure } from '../../deploy/model/events.ts'
import { DeployFailed, failureFrom, toDrayError, toInternal } from '../../deploy/execute/failure.ts'
import { catalogue } from '../../errors/catalogue.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { ExitCode } from '../../errors/exit-code.ts'
import { version } from '../../shared/version/version.ts'

/** The failure to print for an error. A bug in dray is printed with the version, and with its stack if `debug` is set. */
export function toFailure(error: unknown, debug: boolean): Failure & { exitCode: ExitCode } {
  const known = error instanceof DrayError || error instanceof DeployFailed ? error : toInternal(error)
  const { code, hint, exitCode, details } = toDrayError(known)
  const failure = { ...failureFrom(known), exitCode, details }
  const stack = debug && details.logTail === undefined ? renderStack(error) : []
  if (stack.length > 0) failure.details = { ...details, logTail: stack, logOf: 'the stack' }
  if (code !== 'INTERNAL' || hint !== catalogue.INTERNAL.hint) return failure
  const report = debug
    ? 'Please report it with the text above.'
    : 'Run the same command with `--debug` and report what it prints.'
  return { ...failure, message: `${failure.message} (dray ${version})`, hint: report }
}

/** Adds the stack after the log of a deploy's failure, for `--debug`. */
export function addStack(failure: Failure, error: unknown): Failure {
  const { logTail = [], logOf } = failure.details
  const heading = logTail.length === 0 ? [] : ['', 'the stack:']
  const details = {
    ...failure.details,
    logTail: [...logTail, ...heading, ...renderStack(error)],
    logOf: logOf ?? 'the stack',
  }
  return { ...failure, details }
}

/** The stack of an error and of its causes, one line per frame. */
function renderStack(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const lines = (error.stack ?? error.message).split('\n')
  const [cause = '', ...more] = renderStack(error.cause)
  return cause === '' ? lines : [...lines, `caused by ${cause}`, ...more]
}
