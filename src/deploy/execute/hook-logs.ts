import { DrayError } from '../../errors/dray-error.ts'

/** The failure of a deploy with the output of the hooks for hosts that failed in its undo, after its own log. */
export function addHookLogs(failure: DrayError, failed: readonly DrayError[]): DrayError {
  const { code, hint, exitCode, temporary, details } = failure
  const own = details.logTail ?? []
  const logs = failed
    .filter((it) => !isShown(it, failure))
    .map(({ message, details: { logTail = [] } }) => [`In the undo: ${message}`, ...logTail])
  if (logs.length === 0) return failure
  const logTail = [...(own.length > 0 ? [own] : []), ...logs].flatMap((lines, index) =>
    index === 0 ? lines : ['', ...lines],
  )
  const told = { ...details, logTail, logOf: details.logOf ?? 'the hooks' }
  return new DrayError(code, failure.message, { hint, exitCode, temporary, details: told, cause: failure })
}

/** The same hook failed with the same output before the undo. */
function isShown({ details }: DrayError, failure: DrayError): boolean {
  return (
    details.logOf !== undefined &&
    details.logOf === failure.details.logOf &&
    (details.logTail ?? []).join('\n') === (failure.details.logTail ?? []).join('\n')
  )
}
