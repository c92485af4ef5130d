import type { Failure } from '../../deploy/model/events.ts'
import { failureFrom } from '../../deploy/execute/failure.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { ExitCode } from '../../errors/exit-code.ts'
import { version } from './version.ts'

/** An error as it is told. One that is not ours is a defect: it is told with its stack where `debug` asks for it. */
export function toFailure(error: unknown, debug: boolean): Failure & { exitCode: ExitCode } {
  const known = error instanceof DrayError ? error : toInternal(error, debug)
  const stack = debug && known.details.logTail === undefined ? renderStack(error) : []
  const details = stack.length > 0 ? { ...known.details, logTail: stack, logOf: 'the stack' } : known.details
  return { ...failureFrom(known), exitCode: known.exitCode, details }
}

/** The failure of a deploy with the stack after the log that it has, for `--debug`. */
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

function toInternal(error: unknown, debug: boolean): DrayError {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new DrayError('INTERNAL', `${text} (dray ${version})`, {
    hint: debug
      ? 'Please report it with the text above.'
      : 'Run the same command with `--debug` and report what it prints.',
    cause: error,
  })
}

/** The stack of an error and of its causes, a line each. */
function renderStack(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const lines = (error.stack ?? error.message).split('\n')
  const [cause = '', ...more] = renderStack(error.cause)
  return cause === '' ? lines : [...lines, `caused by ${cause}`, ...more]
}
